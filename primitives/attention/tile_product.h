// The product that streaming attention is made of: a tile of keys or channels,
// one value at a time, times a panel of queries that lie side by side on the
// lanes of a vector. Sums stay in registers over the whole depth.
#pragma once

#include <cstddef>

#include "primitives/simd.h"

namespace suite {

// A panel is three vectors wide; the rows beside it are as many as leave
// registers for one row of the panel and one broadcast value:
// 8·3 + 3 + 1 ≤ 32, 4·3 + 3 + 1 ≤ 16.
inline constexpr std::size_t kPanelVectors = 3;
inline constexpr std::size_t kTileRows = kVectorRegisters == 32 ? 8 : 4;

// How the left factor lies in memory.
enum class LeftOrder {
  row_by_row,      // left(r, k) at r·stride + k: keys, for scores
  depth_by_depth,  // left(r, k) at k·stride + r: values, for the weighted sum
};

template <class T, std::size_t rows, std::size_t vectors, LeftOrder order>
void multiply_block(const T* left, std::size_t stride, std::size_t depth,
                    const T* panel, T* out, bool accumulate) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  Vec<T> sums[rows][vectors];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[r][v] = accumulate ? load(out + r * kWidth + v * kLanes<T>)
                              : Vec<T>(T(0));
    }
  }
  for (std::size_t k = 0; k < depth; ++k) {
    Vec<T> right[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      right[v] = load(panel + k * kWidth + v * kLanes<T>);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      const Vec<T> value(order == LeftOrder::row_by_row ? left[r * stride + k]
                                                        : left[k * stride + r]);
      for (std::size_t v = 0; v < vectors; ++v) {
        sums[r][v] = xsimd::fma(value, right[v], sums[r][v]);
      }
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) {
      store(out + r * kWidth + v * kLanes<T>, sums[r][v]);
    }
  }
}

// out[rows, width] ← left[rows, depth] · panel[depth, width], added to out if
// `accumulate`. Everything but `left` is contiguous; width = vectors·lanes.
template <class T, std::size_t vectors, LeftOrder order,
          std::size_t block = kTileRows>
void tile_product(const T* left, std::size_t stride, std::size_t rows,
                  std::size_t depth, const T* panel, T* out, bool accumulate) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const std::size_t step = order == LeftOrder::row_by_row ? stride : 1;
  std::size_t r = 0;
  for (; r + block <= rows; r += block) {
    multiply_block<T, block, vectors, order>(left + r * step, stride, depth,
                                             panel, out + r * kWidth,
                                             accumulate);
  }
  if constexpr (block > 1) {
    if (r < rows) {
      tile_product<T, vectors, order, block / 2>(left + r * step, stride,
                                                 rows - r, depth, panel,
                                                 out + r * kWidth, accumulate);
    }
  }
}

}  // namespace suite
