// The backward of LSH attention. The order of a hash is held fixed, as it
// changes only where two rotations are equally far: what rows meet is
// differentiated, and which meet is not.
#pragma once

#include <vector>

#include "primitives/attention/tile_backward.h"
#include "primitives/efficient_attention/hashed/hashed_attention.h"

namespace suite {

template <class T>
class HashedBackward {
 public:
  // What forward made and its gradient, [batch, N, heads·v_channels] both, and
  // what it left, [batch, heads, N].
  struct Result {
    BatchView<const T> output, d_output;
    const Tensor<T, 3>& log_sum_exp;
  };
  // Of queries, which are keys as well, and values; written, not added. Hidden
  // rows get zeros.
  struct Gradients {
    BatchView<T> queries, values;
  };

  // The bits don't depend on the number of threads.
  // Cost: the hash's once more, and for each pair that forward multiplied
  // 3·d + 2·v_channels MACs.
  void run(const HashedShape& shape,
           const typename HashedAttention<T>::Inputs& inputs,
           const Result& result, const Gradients& gradients, Ledger& ledger);

  void lay_out(const HashedShape& shape, Buffers& buffers);

 private:
  // Of one thread. Chunks lie in turns in two halves of what is [2·chunk, ·].
  struct Scratch {
    Tensor<T, 1> queries;           // [chunk, d]
    Tensor<T, 1> output, d_output;  // [chunk, v_channels]
    Tensor<T, 1> log_sum_exp;       // [chunk]
    Tensor<T, 1> packed;            // BackwardQueries of a chunk
    Tensor<T, 1> d_queries;         // [chunk, d], in panels
    Tensor<T, 1> rows;              // [chunk, d], the same as rows
    Tensor<T, 1> keys;              // [2·chunk, d], of length 1
    Tensor<T, 1> values;            // [2·chunk, v_channels]
    Tensor<T, 1> d_keys;            // [2·chunk, padded d]
    Tensor<T, 1> d_values;          // [2·chunk, padded v_channels]
    Tensor<T, 1> asking;            // [rounds, chunk, padded]
    TileBackwardRoom<T> room;
  };
  struct Head;

  HashOrder<T> order_;
  Tensor<T, 3> d_keys_;    // [batch·heads, N, d]
  Tensor<T, 3> chunk_of_;  // [batch·heads, N, rounds]: of a row in each round
  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace suite
