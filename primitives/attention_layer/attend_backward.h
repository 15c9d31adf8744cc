// The backward of attention with its projections.
#pragma once

#include <functional>

#include "primitives/attention/attention_backward.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/cross_attention/cross_attention_backward.h"

namespace suite {

// The backward of what mixes tokens: from what it was given, what it made and
// the gradient of that, the gradients of what it was given. Where keys are the
// queries, the gradient of both together is that of the queries.
template <class T>
using MixTokensBackward = std::function<void(
    const AttentionInputs<T>& inputs, const AttentionResult<T>& result,
    const AttentionInputGradients<T>& gradients, Ledger& ledger)>;

// What the backwards of one role of a model share while they run.
template <class T>
struct AttendBackward {
  AttentionBackward<T> attention;             // of self-attention
  CrossAttentionBackward<T> cross_attention;  // of cross-attention
  Tensor<T, 3> d_queries;                     // [batch, rows, qk_channels]
  Tensor<T, 3> d_keys, d_values;              // [batch, rows, ·]
  Mask shown;  // a mask under which no example is fully masked

  explicit AttendBackward(AttentionForm form)
      : attention(form), cross_attention(form) {}

  void lay_out(const AttendSizes& sizes, bool d_inputs, Buffers& buffers) {
    if (sizes.reads_inputs()) {
      cross_attention.lay_out(sizes.cross, sizes.plan, d_inputs, buffers);
    } else {
      attention.lay_out(sizes.self, buffers);
    }
    lay_out_gradients(sizes, buffers);
  }
  // The same without attention's own buffers, which another mixing has.
  void lay_out_gradients(const AttendSizes& sizes, Buffers& buffers) {
    buffers(d_queries, sizes.queries());
    buffers(d_keys, sizes.keys());
    buffers(d_values, sizes.values());
  }
};

// d_input[batch, rows, D] ← the gradient of attend()'s input, resized to fit;
// the projections' gradients are added to. `output` is what attend() made and
// d_output, [batch, rows, v_channels] both, its gradient. Cost: twice
// attend()'s projections, and the attention's backward.
template <class T>
void attend_backward(const Tensor<T, 3>& input, const Mask& mask,
                     const Projections<T>& projections,
                     const AttendTrace<T>& trace, const Tensor<T, 3>& output,
                     const Tensor<T, 3>& d_output, AttendBackward<T>& workspace,
                     Projections<T>& gradient, Tensor<T, 3>& d_input,
                     Ledger& ledger);

// The same with another mixing in place of attention.
template <class T>
void attend_backward(const Tensor<T, 3>& input, const Mask& mask,
                     const Projections<T>& projections,
                     const MixTokensBackward<T>& mix,
                     const AttendTrace<T>& trace, const Tensor<T, 3>& output,
                     const Tensor<T, 3>& d_output, AttendBackward<T>& workspace,
                     Projections<T>& gradient, Tensor<T, 3>& d_input,
                     Ledger& ledger);

// Of cross-attention: d_query_input[batch, M, D] ← the gradient of what queries
// were made of; d_inputs[batch, N, C] is added to, unless it is null.
// `norm_gradient` is null where inputs are not normalised.
template <class T>
void attend_backward(const Tensor<T, 3>& query_input,
                     const Tensor<T, 3>& inputs, const LayerNorm<T>* norm,
                     const Mask& mask, const Projections<T>& projections,
                     const CrossAttentionRules& rules,
                     const AttendTrace<T>& trace, const Tensor<T, 3>& output,
                     const Tensor<T, 3>& d_output, AttendBackward<T>& workspace,
                     LayerNorm<T>* norm_gradient, Projections<T>& gradient,
                     Tensor<T, 3>& d_query_input, Tensor<T, 3>* d_inputs,
                     Ledger& ledger);

}  // namespace suite
