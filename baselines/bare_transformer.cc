// Self-attention over all N inputs with nothing but what its complexity claim
// speaks of: x ← softmax(QKᵀ/√d)V with single projections, B times.
#include "contract/registry.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attention_layer_formula.h"

namespace suite {
namespace {

template <class T>
class BareTransformer {
 public:
  BareTransformer(const Shape& shape, const Options& options)
      : form_(attention_form(options.text("form"))) {
    require(shape.D % shape.H == 0, "H = {} heads do not divide D = {}",
            shape.H, shape.D);
    for (std::size_t layer = 0; layer < shape.B; ++layer) {
      const std::size_t read = layer == 0 ? shape.C : shape.D;
      layers_.push_back({Linear<T>(read, shape.D, Bias::without),
                         Linear<T>(read, shape.D, Bias::without),
                         Linear<T>(read, shape.D, Bias::without), shape.H});
    }
  }

  struct Workspace {
    AttentionWorkspace<T> attention;
    Tensor<T, 3> stream, mixed;  // [batch, N, D]
  };
  Workspace workspace() const { return {AttentionWorkspace<T>(form_), {}, {}}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger) const {
    attend(input, mask, layers_.front(), w.attention, w.stream, ledger);
    for (std::size_t layer = 1; layer < layers_.size(); ++layer) {
      attend(w.stream, mask, layers_[layer], w.attention, w.mixed, ledger);
      std::swap(w.stream, w.mixed);
    }
    return w.stream;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      layers_[layer].for_each_parameter(fmt::format("layer{}", layer), visit);
    }
  }

 private:
  AttentionForm form_;
  std::vector<Projections<T>> layers_;
};

Cost bare_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const AttentionForm form = attention_form(options.text("form"));
  const auto layer = [&](std::size_t read) {
    return formula::attend({s.batch, s.N, read, s.D, s.D, s.H},
                           Bias::without, form, scalar, threads);
  };
  Cost cost = layer(s.C) + (s.B - 1) * layer(s.D);
  const std::size_t streams = s.B > 1 ? 2 : 1;
  cost.bytes_held =
      layer(s.D).bytes_held +
      scalar * (cost.parameters + s.batch * s.N * (s.C + streams * s.D));
  return cost;
}

oracle::Array bare_reference(const Shape& shape, const Options&,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array x = input;
  for (std::size_t layer = 0; layer < shape.B; ++layer) {
    x = oracle::attend(x, x, parameters, "layer" + std::to_string(layer),
                       shape.H, valid);
  }
  return x;
}

Contestant bare_transformer() {
  Contestant contestant{{
      .name = "bare_transformer",
      .facts = {.paper = "Vaswani et al. 2017, Table 1",
                .idea = "full self-attention alone, as its complexity claim "
                        "defines it",
                .cost = "O(B·N²·D)",
                .dimensions = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options = {attention_form_option()},
  }};
  contestant.cost = bare_cost;
  contestant.reference = bare_reference;
  make_with<BareTransformer>(contestant);
  return contestant;
}

const Registration registered(bare_transformer());

}  // namespace
}  // namespace suite
