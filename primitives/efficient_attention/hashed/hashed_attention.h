// LSH attention (Reformer; Kitaev et al. 2020, §2 and App. A): queries that are
// keys as well, softmax attention of each row over those that a hash brings near.
#pragma once

#include <cstdint>
#include <vector>

#include "primitives/cost.h"
#include "primitives/efficient_attention/hashed/hashed_reader.h"
#include "primitives/efficient_attention/hashed/hashing.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
class HashedAttention {
 public:
  struct Inputs {
    BatchView<const T> queries;     // [batch, N, heads·d]
    BatchView<const T> values;      // [batch, N, heads·v_channels]
    const Tensor<T, 2>& rotations;  // as HashOrder wants them
    const Mask& mask;               // [batch, N], or empty
  };

  // output[batch, N, heads·v_channels], resized to fit: of row i the softmax over
  // q_i·q_j/|q_j| for all rows j ≠ i that stand in i's chunk or the one before it
  // in any round, each once. One that meets no other row gets its own value;
  // hidden rows take no part, and get zeros. The bits don't depend on the number
  // of threads.
  // Cost: at most N·2·chunk·(d + v_channels) MACs a head and round, and the
  // hash's: what an earlier round has shown is multiplied, then left out.
  void forward(const HashedShape& shape, const Inputs& inputs,
               Tensor<T, 3>& output, Ledger& ledger);

  static std::uint64_t buffer_bytes(const HashedShape& shape, int threads);

 private:
  void prepare(const HashedShape& shape);
  // Of head index % heads in example index / heads.
  HashedRows<T> rows_of(const HashedShape& shape, const Inputs& inputs,
                        std::size_t index, std::size_t round,
                        Tensor<T, 3>& output);
  void book(const HashedShape& shape, double scores, double weighted_sum,
            Ledger& ledger) const;

  HashOrder<T> order_;
  Tensor<T, 2> reference_, sum_;  // [batch·heads, N], as RunningSoftmax has them
  Tensor<T, 3> earlier_;  // [batch·heads, N, rounds − 1], as HashedRows has it
  std::vector<HashedScratch<T>> scratch_;  // one a thread
};

}  // namespace suite
