// LSH attention (Reformer; Kitaev et al. 2020, §2 and App. A): queries that are
// keys as well, softmax attention of each row over those that a hash brings near.
#pragma once

#include <cstdint>
#include <vector>

#include "primitives/buffers.h"
#include "primitives/cost.h"
#include "primitives/efficient_attention/hashed/hashing.h"
#include "primitives/tensor.h"

namespace suite {

struct HashedShape {
  HashShape hash;  // of the queries, `channels` wide
  std::size_t v_channels = 0;  // of one head
  std::size_t chunk = 0;       // rows that meet in the order of the hash

  std::size_t earlier_rounds() const { return hash.rounds - 1; }
  // Of a row and one that it meets, in one round of one head, where `rows` are
  // shown.
  std::size_t pairs(std::size_t rows) const {
    const std::size_t whole = rows / chunk, rest = rows % chunk;
    if (whole == 0) return rest * rest;
    return (2 * whole - 1) * chunk * chunk + rest * (rest + chunk);
  }
};

// Of one thread. Chunks lie in turns in two halves of keys, values and earlier.
template <class T>
struct HashedScratch {
  Tensor<T, 1> keys;     // [2·chunk, d], of length 1
  Tensor<T, 1> values;   // [2·chunk, v_channels]
  Tensor<T, 1> earlier;  // [2·chunk, rounds − 1], as HashedRows has it
  Tensor<T, 1> queries;  // [chunk, d], in panels
  Tensor<T, 1> state;    // of a panel
  Tensor<T, 1> weights;  // [key tile, panel]
  Tensor<T, 1> asking;   // [rounds − 1, panel], what `earlier` is held against
  Tensor<T, 1> seen;     // [panel, v_channels]

  void lay_out(const HashedShape& shape, Buffers& buffers);
};

template <class T>
struct HashedRows;

template <class T>
class HashedAttention {
 public:
  struct Inputs {
    BatchView<const T> queries;     // [batch, N, heads·d]
    BatchView<const T> values;      // [batch, N, heads·v_channels]
    const Tensor<T, 2>& rotations;  // as HashOrder wants them
    const Mask& mask;               // [batch, N], or empty
  };

  // output[batch, N, heads·v_channels], resized to fit: of row i the softmax
  // over q_i·q_j/|q_j| for all rows j ≠ i that stand in i's chunk or the one
  // before it in any round, each once. One that meets no other row gets its own
  // value; hidden rows take no part, and get zeros. The bits don't depend on
  // the number of threads. Cost: at most N·2·chunk·(d + v_channels) MACs a head
  // and round, and the hash's: what an earlier round has shown is multiplied,
  // then left out. log_sum_exp[batch, heads, N], unless it is null, gets what
  // the backward needs: −∞ for a row that meets no other, or is hidden.
  void forward(const HashedShape& shape, const Inputs& inputs,
               Tensor<T, 3>& output, Ledger& ledger,
               Tensor<T, 3>* log_sum_exp = nullptr);

  void lay_out(const HashedShape& shape, Buffers& buffers);

 private:
  // Of head index % heads in example index / heads.
  HashedRows<T> rows_of(const HashedShape& shape, const Inputs& inputs,
                        std::size_t index, std::size_t round,
                        Tensor<T, 3>& output);
  void keep_log_sum_exp(const HashedShape& shape, const Mask& mask,
                        Tensor<T, 3>& log_sum_exp) const;
  void book(const HashedShape& shape, double scores, double weighted_sum,
            Ledger& ledger) const;

  HashOrder<T> order_;
  Tensor<T, 2> reference_, sum_;  // [batch·heads, N], as RunningSoftmax has them
  Tensor<T, 3> earlier_;  // [batch·heads, N, rounds − 1], as HashedRows has it
  std::vector<HashedScratch<T>> scratch_;  // one a thread
};

}  // namespace suite
