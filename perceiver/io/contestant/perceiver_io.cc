// What Perceiver IO signs.
#include "contract/registry.h"
#include "perceiver/io/contestant/cost.h"
#include "perceiver/io/contestant/options.h"
#include "perceiver/io/contestant/reference.h"
#include "perceiver/io/model.h"

namespace suite {
namespace {

template <class T>
class PerceiverIo {
 public:
  PerceiverIo(const Shape& shape, const Options& options)
      : model_(io_config(shape, options)) {}

  using Workspace = typename IoModel<T>::Workspace;
  Workspace workspace() const { return model_.workspace(); }

  // As Encoder::share_out() says.
  void share_out(Workspace& workspace, Exchange& exchange) const {
    model_.share_out(workspace, exchange);
  }

  using Trace = typename IoModel<T>::Trace;
  Trace trace(Keep keep) const { return model_.trace(keep); }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& workspace, Ledger& ledger,
                              Trace* trace = nullptr) const {
    return model_.forward(input_of(input, mask), workspace, ledger, trace)
        .at("output");
  }
  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& workspace,
                Trace& trace, PerceiverIo& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const {
    typename IoModel<T>::RawGradients d_raw;
    if (d_input != nullptr) d_raw.emplace("array", d_input);
    model_.backward(input_of(input, mask), {{"output", &d_output}}, workspace,
                    trace, gradient.model_, d_raw, ledger);
  }
  const Tensor<T, 4>& cross_weights(const Workspace& workspace) const {
    return model_.cross_weights(workspace);
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) {
    model_.for_each_parameter(visit);
  }

 private:
  static IoInput<T> input_of(const Tensor<T, 3>& input, const Mask& mask) {
    return {{{"array", input}}, mask, {}};
  }

  IoModel<T> model_;
};

Contestant perceiver_io() {
  Contestant contestant{{
      .name = "perceiver_io",
      .facts = {.paper = "Jaegle et al. 2022, §3",
                .idea =
                    "M latents read N inputs once and think; O queries read "
                    "the latents",
                .cost = "O((N + O + B·L·M)·M·D)",
                .dimensions = "N M B C D H L O batch",
                .exact = true,
                .latents = true,
                .queries = true,
                .permutation_invariant = true},
      .options = io_options(),
  }};
  contestant.cost = io_cost;
  contestant.rank_cost = io_rank_cost;
  contestant.training_cost = io_training_cost;
  contestant.output_channels = [](const Shape& shape, const Options& options) {
    return or_else(options.number("outputs"),
                   or_else(options.number("query_channels"), shape.D));
  };
  contestant.reference = io_reference;
  make_with<PerceiverIo>(contestant);
  return contestant;
}

const Registration registered(perceiver_io());

}  // namespace
}  // namespace suite
