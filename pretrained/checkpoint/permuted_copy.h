// Tensors whose axes stand in another order.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace suite {

// Axis i of `to` is axis axes[i] of a tensor of `shape`, both row-major. `from`
// holds that tensor's slices [first, first + from.size() / slice) along its
// first axis; they are copied to where they belong in `to`, which holds all of
// it. By tiles, so that neither side is read or written a value at a time from
// far apart. `axes` must be a permutation and the sizes fit: throws Error.
template <class T>
void permuted_copy(const std::vector<std::size_t>& shape,
                   const std::vector<std::size_t>& axes, std::size_t first,
                   std::span<const T> from, std::span<T> to);

}  // namespace suite
