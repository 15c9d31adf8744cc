// The backward of exact attention, in both forms: from what forward was given,
// made and kept.
#pragma once

#include <vector>

#include "primitives/attention/attention.h"
#include "primitives/attention/tile_backward.h"
#include "primitives/buffers.h"

namespace suite {

// What a forward made, and the gradient of it.
template <class T>
struct AttentionResult {
  BatchView<const T> output;  // [batch, M, heads·v_channels]
  const AttentionTrace<T>& trace;
  BatchView<const T> d_output;  // [batch, M, heads·v_channels]
};

// How the work is cut: a unit owns a range of keys of one head of keys, and
// with it their gradients; those of queries are added up over ranges in a fixed
// order. Never depends on the number of threads.
struct AttentionBackwardCuts {
  std::size_t tile = 0;
  std::size_t range = 0;
  std::size_t ranges = 0;
};
template <class T>
AttentionBackwardCuts attention_backward_cuts(const AttentionShape& shape);

template <class T>
class AttentionBackward {
 public:
  explicit AttentionBackward(AttentionForm form) : form_(form) {}

  // Cost: batch·heads·M·N·(3·qk_channels + 2·v_channels) MACs and
  // batch·heads·M·N logits, for weights are made again; where they were kept,
  // 2·qk_channels and no logits. Hidden keys get gradients of 0, and streaming
  // leaves them out. Throws Error unless the tensors belong together.
  void run(const AttentionInputs<T>& inputs, const AttentionResult<T>& result,
           const AttentionInputGradients<T>& gradients, Ledger& ledger);

  // Grows with M and N, never with their product.
  void lay_out(const AttentionShape& shape, Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 1> keys;      // [tile, qk_channels]
    Tensor<T, 1> values;    // [tile, v_channels]
    Tensor<T, 1> d_keys;    // [tile, padded qk_channels]
    Tensor<T, 1> d_values;  // [tile, padded v_channels]
    TileBackwardRoom<T> room;
  };
  struct Unit;

  void stream(const AttentionInputs<T>& inputs,
              const AttentionResult<T>& result,
              const AttentionInputGradients<T>& gradients, Ledger& ledger);

  AttentionForm form_;
  Tensor<T, 2> d_weights_;        // [M, N] where materialised
  std::vector<Scratch> scratch_;  // one a thread
  Tensor<T, 3> packed_;           // [batch, heads, BackwardQueries]
  Tensor<T, 4> d_queries_;  // [batch, heads, ranges, padded M·qk_channels]
};

}  // namespace suite
