// Grouped-query attention (Ainslie et al. 2023, §2.2): `groups` heads of keys and
// values serve the H heads of queries, each H/groups of them; with one group it is
// multi-query attention (Shazeer 2019, §3). Exact softmax attention.
//
// Cost: 2·N²·D MACs a layer as ever, but keys and values take 2·N·D²·groups/H to
// make instead of 2·N·D², and as much less memory.
#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"

namespace suite {
namespace {

std::size_t groups_of(const Shape& s, const Options& options) {
  const std::size_t groups = options.number("groups");
  require(groups > 0 && s.H % groups == 0,
          "groups = {}: must divide the H = {} heads", groups, s.H);
  return groups;
}

MixerWidths grouped_widths(const Shape& s, const Options& options) {
  const std::size_t width = groups_of(s, options) * (s.D / s.H);
  return {.keys = width, .values = width};
}

template <class T>
class GroupedQuery {
 public:
  GroupedQuery(const Shape& shape, const Options& options)
      : groups_(groups_of(shape, options)) {}

  using Workspace = std::unique_ptr<Attention<T>>;
  Workspace workspace() const {
    return make_attention<T>(AttentionForm::streaming);
  }

  void forward(const AttentionInputs<T>& inputs, Workspace& attention,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    attention->forward(grouped(inputs), output, ledger, trace);
  }

  using Backward = AttentionBackward<T>;
  Backward backward_workspace() const {
    return Backward(AttentionForm::streaming);
  }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& backward,
                GroupedQuery&, Ledger& ledger) const {
    backward.run(grouped(inputs), result, gradients, ledger);
  }

 private:
  AttentionInputs<T> grouped(const AttentionInputs<T>& inputs) const {
    return {inputs.queries, inputs.keys,  inputs.values,
            inputs.mask,    inputs.heads, groups_};
  }

  std::size_t groups_;
};

Cost grouped_cost(const Shape& s, const Options& options, std::size_t scalar,
                  int threads) {
  const AttentionShape shape{s.batch,   s.N,       s.N, s.H,
                             s.D / s.H, s.D / s.H, groups_of(s, options)};
  Cost cost = formula::attention(shape, AttentionForm::streaming, scalar);
  cost.bytes_held = formula::attention_buffers(shape, AttentionForm::streaming,
                                               scalar, threads);
  return cost;
}

Cost grouped_backward_cost(const Shape& s, const Options& options,
                           std::size_t scalar, int threads) {
  return formula::attention_backward(
      {s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H, groups_of(s, options)},
      AttentionForm::streaming, scalar, threads);
}

// Every head of queries beside a copy of the keys and values that it reads.
oracle::Array grouped_reference(const NaiveInputs& in) {
  const std::size_t groups = in.options.number("groups");
  const std::size_t d = in.shape.D / in.shape.H;
  oracle::Array k = oracle::zeros(in.shape.batch, in.shape.N, in.shape.D);
  oracle::Array v = k;
  for (std::size_t b = 0; b < in.shape.batch; ++b) {
    for (std::size_t n = 0; n < in.shape.N; ++n) {
      for (std::size_t c = 0; c < in.shape.D; ++c) {
        const std::size_t group = c / d * groups / in.shape.H;
        k.at(b, n, c) = in.k.at(b, n, group * d + c % d);
        v.at(b, n, c) = in.v.at(b, n, group * d + c % d);
      }
    }
  }
  return oracle::attention(in.q, k, v, in.shape.H, in.valid);
}

Contestant grouped_query() {
  AttentionVariant variant{{
      .name = "grouped_query",
      .facts = {.paper = "Ainslie et al. 2023, §2.2; Shazeer 2019, §3",
                .idea = "several heads of queries read one head of keys and "
                        "values",
                .cost = "O(B·N²·D), keys and values in O(B·N·D²·groups/H)",
                .exact = true,
                .permutation_equivariant = true},
      .options = {number("groups", 1,
                         "How many heads have keys and values? 1: multi-query")},
      .growth = {{"N", 2, 1}},
      .limit = ExactLimit{.statement = "groups = H",
                          .options =
                              [](const Shape& shape, std::size_t) {
                                return OptionValues{
                                    {"groups", std::to_string(shape.H)}};
                              }},
      .golden = Golden{64944, 2484, 1.57460270254},
  }};
  variant.widths = grouped_widths;
  variant.cost = grouped_cost;
  variant.backward_cost = grouped_backward_cost;
  variant.reference = grouped_reference;
  make_with<GroupedQuery>(variant);
  return transformer_with(variant);
}

const Registration registered(grouped_query());

}  // namespace
}  // namespace suite
