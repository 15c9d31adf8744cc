// Exact softmax attention where a query reads some of the keys: runs that all
// queries of a block read, and a range of each query's own. Nothing is computed
// for whole tiles that nobody reads, so cost follows the pattern.
#pragma once

#include <functional>
#include <vector>

#include "primitives/attention/attention_inputs.h"
#include "primitives/buffers.h"
#include "primitives/cost.h"

namespace suite {

struct KeyRange {
  std::size_t first = 0, last = 0;  // keys [first, last)

  std::size_t size() const { return last > first ? last - first : 0; }
};

// Who reads whom, over the N rows of an example; the same for all heads.
struct SparsePattern {
  std::size_t rows = 0;   // N
  std::size_t block = 0;  // queries of a block
  // The first so many queries share no block with the others: those that read
  // everything would make their neighbours pay.
  std::size_t apart = 0;
  // The runs that every query of the block that begins with `query` reads. They
  // don't overlap one another or `own`. None: empty.
  std::function<void(std::size_t query, std::vector<KeyRange>& runs)> whole = {};
  // What a query reads besides; neighbours' ranges should overlap. None: empty.
  std::function<KeyRange(std::size_t query)> own = {};

  std::size_t blocks() const;
  KeyRange queries_of(std::size_t block) const;
};

template <class T>
class SparseAttention {
 public:
  // output[batch, N, heads·v_channels], resized to fit. A query that reads no
  // key, as all of its are hidden, yields zeros. The bits don't depend on the
  // number of threads.
  // Cost: (qk_channels + v_channels) MACs and one logit for each head, query and
  // key that it reads, hidden ones left out.
  void forward(const AttentionInputs<T>& inputs, const SparsePattern& pattern,
               Tensor<T, 3>& output, Ledger& ledger);

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
