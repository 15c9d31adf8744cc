// Softmax attention (Vaswani et al. 2017, §3.2), exact: every row attends to
// every row, softmax(QKᵀ/√d)V. The variant that `transformer` alone means.
//
// Cost: 2·N²·D MACs a layer. The weights exist in memory (materialised, H·N²
// values), or pass by in tiles (streaming, no N×N array; Dao et al. 2022).
#include "baselines/transformer/key_exchange_option.h"
#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/attention/over_ranks/over_ranks_formula.h"

namespace suite {
namespace {

template <class T>
class Softmax {
 public:
  Softmax(const Shape& shape, const Options& options)
      : form_(attention_form(options.text("form"))),
        exchange_(key_exchange(options.text("exchange"))),
        heads_(shape.H) {}

  struct Workspace {
    std::unique_ptr<Attention<T>> alone;
    std::unique_ptr<AttentionOverRanks<T>> over_ranks;  // or null
  };
  Workspace workspace() const { return {make_attention<T>(form_), nullptr}; }

  void share_out(Workspace& workspace, const InputShare& share,
                 Exchange& exchange) const {
    require_streaming(form_);
    workspace.over_ranks =
        make_attention_over_ranks<T>(exchange_, heads_, share, exchange);
  }

  void forward(const AttentionInputs<T>& inputs, Workspace& workspace,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    if (workspace.over_ranks == nullptr) {
      return workspace.alone->forward(inputs, output, ledger, trace);
    }
    require(trace == nullptr, "over ranks there are forwards alone");
    workspace.over_ranks->forward(inputs, output, ledger);
  }

  using Backward = AttentionBackward<T>;
  Backward backward_workspace() const { return Backward(form_); }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& backward,
                Softmax&, Ledger& ledger) const {
    backward.run(inputs, result, gradients, ledger);
  }

 private:
  AttentionForm form_;
  KeyExchange exchange_;
  std::size_t heads_;
};

Cost softmax_cost(const Shape& s, const Options& options, std::size_t scalar,
                  int threads) {
  const AttentionForm form = attention_form(options.text("form"));
  const AttentionShape shape{s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H};
  Cost cost = formula::attention(shape, form, scalar);
  cost.bytes_held = formula::attention_buffers(shape, form, scalar, threads);
  return cost;
}

Cost softmax_rank_cost(const Shape& s, const Options& options,
                       const InputShare& share, std::size_t scalar,
                       int threads) {
  require_streaming(attention_form(options.text("form")));
  const std::size_t own = share.inputs();
  return formula::attention_over_ranks(
      key_exchange(options.text("exchange")),
      {s.batch, own, own, s.H, s.D / s.H, s.D / s.H}, share, scalar, threads);
}

Cost softmax_backward_cost(const Shape& s, const Options& options,
                           std::size_t scalar, int threads) {
  return formula::attention_backward(
      {s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H},
      attention_form(options.text("form")), scalar, threads);
}

// The weights, which then are not the workspace's, or a log-sum-exp.
MixerTrace softmax_trace(const Shape& s, const Options& options,
                         std::size_t scalar) {
  const std::uint64_t queries = scalar * s.batch * s.H * s.N;
  if (attention_form(options.text("form")) == AttentionForm::streaming) {
    return {queries, 0};
  }
  return {queries * s.N, queries * s.N};
}

oracle::Array softmax_reference(const NaiveInputs& in) {
  return oracle::attention(in.q, in.k, in.v, in.shape.H, in.valid);
}

Contestant softmax() {
  AttentionVariant variant{{
      .name = "softmax",
      .facts = {.paper = "Vaswani et al. 2017, §3.1 and Table 1",
                .idea = "every input attends to every input, in B layers",
                .cost = "O(B·N²·D)",
                .exact = true,
                .permutation_equivariant = true},
      .options = {attention_form_option(), key_exchange_option()},
      .growth = {{"N", 2, 1}, {"N", 2, 2, {{"form", "materialised"}}}},
      .golden = Golden{74448, 2952, 1.72701515541},
  }};
  variant.cost = softmax_cost;
  variant.rank_cost = softmax_rank_cost;
  variant.backward_cost = softmax_backward_cost;
  variant.trace = softmax_trace;
  variant.reference = softmax_reference;
  make_with<Softmax>(variant);
  Contestant contestant = transformer_with(variant);
  contestant.name = "transformer";
  return contestant;
}

const Registration registered(softmax());

}  // namespace
}  // namespace suite
