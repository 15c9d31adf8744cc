// Exact attention without the M×N array (after FlashAttention, Dao et al. 2022,
// and Rabe and Staats 2021): tiles of keys pass by panels of queries.
//
// Queries lie on the vector lanes. So keys and values are read as they stand,
// nothing is transposed but the queries, once, and sums run down the lanes
// without ever crossing them.
#pragma once

#include <vector>

#include "primitives/attention/attention.h"
#include "primitives/buffers.h"

namespace suite {

// How a call is cut into units of work. Depends on the shape and the machine's
// caches, never on the number of threads: so neither do the bits of the result.
struct StreamingPlan {
  std::size_t key_tile = 0;       // keys whose weights fit the first-level cache
  std::size_t query_chunk = 0;    // queries of one unit
  std::size_t query_chunks = 0;   // units along the queries
  std::size_t keys_per_range = 0; // keys of one unit
  std::size_t key_ranges = 0;     // units along the keys, merged afterwards
  std::size_t units = 0;          // batch·heads·query_chunks·key_ranges
  std::size_t state_values = 0;   // of one unit's state

  bool splits_keys() const { return key_ranges > 1; }
};

// Throws Error for a shape without examples, heads, queries or keys.
template <class T>
StreamingPlan streaming_plan(const AttentionShape& shape);

template <class T>
class StreamingAttention : public Attention<T> {
 public:
  void forward(const AttentionInputs<T>& inputs, Tensor<T, 3>& output,
               Ledger& ledger, AttentionTrace<T>* trace = nullptr) override;

  // Per thread one unit's queries, state and tiles; with split keys, one state
  // for each unit. Grows with M but not with N.
  void lay_out(const AttentionShape& shape, Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 1> queries;  // [query_chunk, qk_channels], in panels
    Tensor<T, 1> state;    // where keys are not split
    Tensor<T, 1> weights;  // [key_tile, panel]
    Tensor<T, 1> keys;     // [key_tile, qk_channels]
    Tensor<T, 1> values;   // [key_tile, v_channels]
  };
  struct Unit;

  void merge_ranges(const AttentionShape& shape, const StreamingPlan& plan,
                    BatchView<T> output, Tensor<T, 3>* log_sum_exp);

  std::vector<Scratch> scratch_;  // one a thread
  Tensor<T, 2> states_;           // [units, state_values] where keys are split
};

}  // namespace suite
