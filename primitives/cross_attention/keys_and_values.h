// The keys and values of all inputs, where they are to exist: made in one pass,
// a tile of inputs at a time, so that no normalised copy of the inputs does.
// They lie head by head: each is read again by every tile of queries, and then
// stands without a gap.
#pragma once

#include "primitives/cross_attention/input_maps.h"
#include "primitives/cross_attention/plan.h"
#include "primitives/panels/packed_matrix.h"

namespace suite {

template <class T>
class KeysAndValues {
 public:
  // Cost: batch·N·C·(qk_channels + v_channels) MACs. Throws Error unless the
  // heads divide both.
  void make(const CrossAttentionShape& shape, const Tensor<T, 3>& inputs,
            const InputMaps<T>& maps, Ledger& ledger);

  // [batch·heads, N, channels of a head]
  const Tensor<T, 3>& keys() const { return keys_; }
  const Tensor<T, 3>& values() const { return values_; }

  void lay_out(const CrossAttentionShape& shape, Buffers& buffers);

 private:
  PackedMatrix<T> key_, value_;
  Tensor<T, 3> normed_;  // [threads, tile, C]
  Tensor<T, 3> keys_, values_;
};

}  // namespace suite
