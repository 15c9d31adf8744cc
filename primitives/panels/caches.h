// The machine's caches, and the extents that follow from them.
#pragma once

#include <algorithm>
#include <cstddef>

#include "primitives/panels/panels.h"

namespace suite {

// Of one core, as the system tells; 32 KiB and 1 MiB where it doesn't.
std::size_t first_level_cache_bytes();
std::size_t second_level_cache_bytes();

// So deep is a panel at most, whatever the cache. Where panels are narrow it is
// less, so that the keys and values of a tile stay near as well.
inline constexpr std::size_t kMostDepth = kVectorRegisters == 32 ? 256 : 128;

// The depth of a product in one go, which is the number of keys in a tile: a
// panel so deep fills three quarters of the first-level cache and stays there
// while rows stream past. With panels of three vectors of 16 floats that is 192 with
// 48 KiB, 128 with 32 KiB.
template <class T>
std::size_t depth_tile() {
  const std::size_t depth =
      first_level_cache_bytes() / 4 * 3 / (sizeof(T) * kPanelWidth<T>);
  return std::clamp<std::size_t>(depth / 8 * 8, 8, kMostDepth);
}

inline std::size_t divide_up(std::size_t a, std::size_t b) {
  return (a + b - 1) / b;
}

// `extent` in near-equal parts of at most `most`, each a multiple of 8 but the
// last.
inline std::size_t even_part(std::size_t extent, std::size_t most) {
  if (extent == 0) return most;
  const std::size_t part = divide_up(extent, divide_up(extent, most));
  return divide_up(part, 8) * 8;
}

}  // namespace suite
