// The backward of sparse attention: blocks of queries past the tiles of keys
// that they read, with weights made again from the log-sum-exp that forward
// kept.
#pragma once

#include <vector>

#include "primitives/attention/attention_backward.h"
#include "primitives/efficient_attention/sparse/sparse_pattern.h"

namespace suite {

// How the work is cut: a unit owns a range of blocks of queries that read one
// head of keys, and has sums of its own of all keys' and values' gradients,
// which are added up over ranges in a fixed order. Never depends on the number
// of threads.
struct SparseBackwardCuts {
  std::size_t range;  // blocks of a unit
  std::size_t ranges;

  SparseBackwardCuts(const AttentionShape& shape, const SparsePattern& pattern);
};

template <class T>
class SparseBackward {
 public:
  // Cost: 3·qk_channels + 2·v_channels MACs and one logit for each head, query
  // and key that it reads. Hidden keys get zeros. The bits don't depend on the
  // number of threads.
  void run(const AttentionInputs<T>& inputs, const SparsePattern& pattern,
           const AttentionResult<T>& result,
           const AttentionInputGradients<T>& gradients, Ledger& ledger);

  // Grows with N, never with its square.
  void lay_out(const AttentionShape& shape, const SparsePattern& pattern,
               Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 1> packed;     // BackwardQueries of a block
    Tensor<T, 1> d_queries;  // [block, qk_channels], in panels
    Tensor<T, 1> keys;       // [tile, qk_channels]
    Tensor<T, 1> values;     // [tile, v_channels]
    Tensor<T, 1> d_keys;    // [tile, padded qk_channels], where keys are hidden
    Tensor<T, 1> d_values;  // [tile, padded v_channels]
    Tensor<T, 1> places;    // [tile], of the shown keys
    Tensor<T, 1> first, last;  // [block], what each query reads of a tile
    TileBackwardRoom<T> room;
    std::vector<KeyRange> runs;
  };
  struct Unit;

  std::vector<Scratch> scratch_;  // one a thread
  // [batch·key heads, ranges, N·padded channels]
  Tensor<T, 3> d_keys_, d_values_;
};

}  // namespace suite
