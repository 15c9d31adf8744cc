// Attention with its projections: what every layer here is built around.
#pragma once

#include <memory>
#include <string>

#include "primitives/attention/attention.h"
#include "primitives/linear.h"

namespace suite {

// The maps to queries, keys and values. Channels split contiguously into heads.
template <class T>
struct Projections {
  Linear<T> query;  // [query channels, qk_channels]
  Linear<T> key;    // [input channels, qk_channels]
  Linear<T> value;  // [input channels, v_channels]
  std::size_t heads = 1;

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
};

// What one role of a model (its cross-attention, its latent layers) needs while
// it runs. All layers of the role share one; the model owns it.
template <class T>
struct AttentionBuffers {
  std::unique_ptr<Attention<T>> attention;
  Tensor<T, 3> normed;         // [batch, rows, channels]
  Tensor<T, 3> normed_inputs;  // [batch, N, C], cross-attention only
  Tensor<T, 3> queries;        // [batch, rows, qk_channels]
  Tensor<T, 3> keys;           // [batch, N, qk_channels]
  Tensor<T, 3> values;         // [batch, N, v_channels]
  Tensor<T, 3> mixed;          // [batch, rows, v_channels]
  Tensor<T, 3> hidden;         // [batch, rows, widening·channels], of the MLP

  explicit AttentionBuffers(AttentionForm form)
      : attention(make_attention<T>(form)) {}
};

// output[batch, M, v_channels] ← attention of the queries from
// query_input[batch, M, ·] over the keys and values from input[batch, N, ·].
// Cost: M·D·qk + N·C·(qk + v) MACs for the projections, and the attention's.
template <class T>
void attend(const Tensor<T, 3>& query_input, const Tensor<T, 3>& input,
            const Mask& mask, const Projections<T>& projections,
            AttentionBuffers<T>& buffers, Tensor<T, 3>& output,
            Ledger& ledger);

}  // namespace suite
