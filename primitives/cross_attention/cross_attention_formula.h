// What latents that read inputs cost, and which way of it costs least. MACs,
// logits and bytes moved are the papers' arithmetic and not from the code:
// conformance demands that they equal what the ledger counts, exactly. Bytes of
// buffers are asked of the code's own layout.
#pragma once

#include "primitives/cost.h"
#include "primitives/cross_attention/plan.h"
#include "primitives/layers/linear.h"

namespace suite::formula {

// The bytes that what reads inputs holds while it runs.
std::uint64_t cross_attention_buffers(const CrossAttentionShape& shape,
                                      AttentionForm form,
                                      const CrossAttentionPlan& plan,
                                      std::size_t scalar, int threads);

// Latents of `width` channels read inputs, `uses` times with the same weights:
// cross-attention and its projections, layer norm of the inputs included.
// `bytes_held` are the buffers', `parameters` those of one use. Throws Error
// unless the heads divide the channels.
//
// As written, of one example, in MACs: M·D·qk for the queries, N·C·(qk + v) for
// keys and values, M·N·(qk + v) for scores and sum. A folded side costs M·C·qk
// (or v) and heads·M·N·C instead of its share of the last two; what is kept is
// projected once for all uses. A rank of P sends log2(P)·scalar·batch·M·(v +
// 2·heads) bytes besides, M padded to whole panels; v is heads·C where values
// are folded. By an all-reduce it is 2(P − 1)/P in place of log2(P), if panels
// divide evenly. N are its own.
Cost cross_attention(const CrossAttentionShape& shape, std::size_t width,
          const CrossAttentionPlan& plan, std::size_t uses, Bias bias,
          AttentionForm form, std::size_t scalar, int threads);

// The backward of `uses` of it, inputs' gradients only with `d_inputs`.
// `bytes_held` are those of its buffers and of the queries' gradients.
//
// As written, of one example, in MACs that grow with N: 2·N·C·(qk + v) to make
// keys and values again and to contract their gradients, M·N·(3·qk + 2·v). A
// folded side costs heads·M·N·C twice (keys) or once (values), and M·C·qk three
// times or M·C·v twice. With `d_inputs` one product more of each: N·C·qk, or
// heads·M·N·C.
Cost cross_attention_backward(const CrossAttentionShape& shape,
                              std::size_t width, const CrossAttentionPlan& plan,
                              std::size_t uses, AttentionForm form,
                              bool d_inputs, std::size_t scalar, int threads);

// The bytes of its buffers alone.
std::uint64_t cross_attention_backward_buffers(const CrossAttentionShape& shape,
                                               AttentionForm form,
                                               const CrossAttentionPlan& plan,
                                               bool d_inputs,
                                               std::size_t scalar, int threads);

// The plan of fewest MACs for so many uses. Keys and values are kept only if
// they take at most kMostKeptBytes.
inline constexpr std::uint64_t kMostKeptBytes = std::uint64_t{1} << 30;
CrossAttentionPlan cheapest_plan(const CrossAttentionShape& shape,
                                 std::size_t uses, AttentionForm form,
                                 std::size_t scalar);

}  // namespace suite::formula
