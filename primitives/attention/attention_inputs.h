// What multi-head attention is given, and its shape.
#pragma once

#include <cstdint>

#include "primitives/tensor.h"

namespace suite {

struct AttentionShape {
  std::size_t batch = 1;
  std::size_t queries = 0;  // M
  std::size_t keys = 0;     // N
  std::size_t heads = 1;
  std::size_t qk_channels = 0;  // of one head, d
  std::size_t v_channels = 0;   // of one head
  // Heads of keys and values, each read by as many heads of queries; 0: heads.
  std::size_t key_heads = 0;
  // Into so many ranges attention that streams cuts keys; 0: as suits the
  // shape. Parts of a larger call have its bits if they cut as it does.
  std::size_t key_ranges = 0;

  std::size_t heads_of_keys() const { return key_heads == 0 ? heads : key_heads; }
  // Which of them a head of queries reads.
  std::size_t key_head(std::size_t head) const {
    return head / (heads / heads_of_keys());
  }
};

// How many keys a mask[batch, N] leaves, of all examples together; an empty one
// leaves batch·N.
std::size_t shown_keys(const Mask& mask, std::size_t batch, std::size_t keys);

template <class T>
struct AttentionInputs {
  BatchView<const T> queries;  // [batch, M, heads·qk_channels]
  BatchView<const T> keys;     // [batch, N, heads·qk_channels]
  BatchView<const T> values;   // [batch, N, heads·v_channels]
  const Mask& mask;            // [batch, N], or empty
  std::size_t heads = 1;
  std::size_t key_heads = 0;  // of keys and values; 0: heads
  // Keys and values are [batch·heads, N, channels of a head] instead: what
  // reads a head then meets its rows without a gap.
  bool by_heads = false;
  std::size_t key_ranges = 0;  // as the shape has them

  // Throws Error unless the tensors belong together.
  AttentionShape shape() const;
  // The mask of one example, or null.
  const std::uint8_t* valid_keys(std::size_t example) const;
  std::size_t shown_keys() const {
    return suite::shown_keys(mask, queries.batch, keys.rows);
  }

  // Of one example and head of keys: [N, channels of a head].
  MatrixView<const T> keys_of(std::size_t example, std::size_t head) const;
  MatrixView<const T> values_of(std::size_t example, std::size_t head) const;
};

// Where the gradients of what it was given go: written, not added.
template <class T>
struct AttentionInputGradients {
  BatchView<T> queries;  // [batch, M, heads·qk_channels]
  BatchView<T> keys;     // [batch, N, key heads·qk_channels]
  BatchView<T> values;   // [batch, N, key heads·v_channels]
};

}  // namespace suite
