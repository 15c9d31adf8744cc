// The backward of cross-attention with its projections: in one pass over the
// inputs, folded as forward's plan was, but where attention is materialised,
// which is differentiated as it is defined.
#pragma once

#include "primitives/cross_attention/keys_and_values.h"
#include "primitives/cross_attention/one_pass_backward.h"

namespace suite {

// What forward was given and made.
template <class T>
struct CrossAttentionRun {
  const Tensor<T, 3>& queries;  // [batch, M, qk_channels]
  const Tensor<T, 3>& inputs;   // [batch, N, C]
  const Mask& mask;
  InputMaps<T> maps;
  std::size_t heads;
  CrossAttentionPlan plan;
  AttentionResult<T> result;

  CrossAttentionShape shape() const {
    return {inputs.shape(0), queries.shape(1),    inputs.shape(1),
            inputs.shape(2), maps.key->out(),     maps.value->out(),
            heads,           maps.norm != nullptr};
  }
};

template <class T>
class CrossAttentionBackward {
 public:
  explicit CrossAttentionBackward(AttentionForm form)
      : form_(form), attention_(form) {}

  // d_queries[batch, M, qk_channels] ← their gradient; the maps' gradients are
  // added to, and so is d_inputs[batch, N, C] unless it is null. Cost:
  // formula::cross_attention_backward().
  void run(const CrossAttentionRun<T>& forward,
           const InputMapGradients<T>& gradients, Tensor<T, 3>& d_queries,
           Tensor<T, 3>* d_inputs, Ledger& ledger);

  // Room for a forward of that plan.
  void lay_out(const CrossAttentionShape& shape, const CrossAttentionPlan& plan,
               bool d_inputs, Buffers& buffers);

 private:
  void run_materialised(const CrossAttentionRun<T>& forward,
                        const InputMapGradients<T>& gradients,
                        Tensor<T, 3>& d_queries, Tensor<T, 3>* d_inputs,
                        Ledger& ledger);
  OnePassBackward<T>& one_pass_of(const CrossAttentionPlan& plan) {
    return plan.of_pass() == CrossAttentionPlan() ? as_written_ : folded_;
  }

  AttentionForm form_;
  // Two, so that a model whose layers take turns allocates once.
  OnePassBackward<T> as_written_, folded_;
  // Where attention is materialised.
  AttentionBackward<T> attention_;
  KeysAndValues<T> made_again_;
  Tensor<T, 3> normed_, d_normed_, unused_;  // [batch, N, C]
  Tensor<T, 3> d_keys_, d_values_;           // [batch, N, ·]
  LayerNormRoom<T> norm_room_;
};

}  // namespace suite
