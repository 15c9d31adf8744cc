// Exact softmax attention where a query reads some of the keys: runs that all
// queries of a block read, and a range of each query's own. Nothing is computed
// for whole tiles that nobody reads, so cost follows the pattern.
#pragma once

#include <vector>

#include "primitives/attention/attention.h"
#include "primitives/buffers.h"
#include "primitives/cost.h"
#include "primitives/efficient_attention/sparse/sparse_pattern.h"

namespace suite {

template <class T>
class SparseAttention {
 public:
  // output[batch, N, heads·v_channels], resized to fit. A query that reads no
  // key, as all of its are hidden, yields zeros. The bits don't depend on the
  // number of threads.
  // Cost: (qk_channels + v_channels) MACs and one logit for each head, query
  // and key that it reads, hidden ones left out. `trace`, unless it is null,
  // gets what the backward needs.
  void forward(const AttentionInputs<T>& inputs, const SparsePattern& pattern,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace = nullptr);

  void lay_out(const AttentionShape& shape, std::size_t block,
               Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 1> queries;  // [block, qk_channels], in panels
    Tensor<T, 1> state;    // of all queries of a block
    Tensor<T, 1> weights;  // [key tile, panel]
    Tensor<T, 1> keys;     // [key tile, qk_channels]
    Tensor<T, 1> values;   // [key tile, v_channels]
    std::vector<KeyRange> runs;
  };
  struct Unit;

  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace suite
