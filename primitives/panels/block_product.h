// The kernel that every fast product here is made of: a block of rows, one value
// at a time, times a panel. Sums stay in registers over the whole depth; where
// they start and what becomes of them is the caller's, in registers too.
#pragma once

#include <cstddef>

#include "primitives/panels/panels.h"

namespace suite {

// How the left factor lies in memory.
enum class LeftOrder {
  row_by_row,      // left(r, k) at r·stride + k: inputs, or keys for scores
  depth_by_depth,  // left(r, k) at k·stride + r: values, for the weighted sum
};

// finish(r, v, start(r, v) + Σ_k left(r, k)·panel(k, v)) for every row r and
// vector v, one after the other. The sum runs over k from first to last. Rows
// of a panel follow one another, unless `panel_stride` says otherwise.
template <class T, std::size_t rows, std::size_t vectors, LeftOrder order,
          class Start, class Finish>
[[gnu::always_inline]] inline void block_product(
    const T* left, std::size_t stride, std::size_t depth, const T* panel,
    const Start& start, const Finish& finish,
    std::size_t panel_stride = vectors * kLanes<T>) {
  // Unrolled by force: a sum that is indexed at run time lives in memory, which
  // costs two thirds of the speed.
  Vec<T> sums[rows][vectors];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 3
    for (std::size_t v = 0; v < vectors; ++v) sums[r][v] = start(r, v);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    Vec<T> right[vectors];
#pragma GCC unroll 3
    for (std::size_t v = 0; v < vectors; ++v) {
      right[v] = load(panel + k * panel_stride + v * kLanes<T>);
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
      const Vec<T> value(order == LeftOrder::row_by_row ? left[r * stride + k]
                                                        : left[k * stride + r]);
#pragma GCC unroll 3
      for (std::size_t v = 0; v < vectors; ++v) {
        sums[r][v] = xsimd::fma(value, right[v], sums[r][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 3
    for (std::size_t v = 0; v < vectors; ++v) finish(r, v, sums[r][v]);
  }
}

// Calls f(first row, Constant<rows>) for blocks of kBlockRows, and for the rest by
// halves of it: few kinds of block, so that they compile soon.
template <std::size_t block = kBlockRows, class F>
void for_each_block(std::size_t rows, const F& f, std::size_t first = 0)
  requires(kVectorRegisters == 32)
{
  for (; first + block <= rows; first += block) f(first, Constant<block>());
  if constexpr (block > 1) {
    if (first < rows) for_each_block<block / 2>(rows, f, first);
  }
}

// The same where blocks are small: of one or two rows their sums would be too few
// to hide how long a multiply-add takes. So the last whole block shares its rows
// with the rest.
template <class F>
void for_each_block(std::size_t rows, const F& f)
  requires(kVectorRegisters == 16)
{
  std::size_t first = 0;
  const auto block = [&](std::size_t count) {
    with_constant<kBlockRows>(count, [&](auto n) { f(first, n); });
    first += count;
  };
  while (rows - first >= 2 * kBlockRows) block(kBlockRows);
  const std::size_t rest = rows - first;
  if (rest > kBlockRows) block((rest + 1) / 2);
  if (first < rows) block(rows - first);
}

// The starting point of a sum.
template <class T>
struct FromZero {
  Vec<T> operator()(std::size_t, std::size_t) const { return Vec<T>(T(0)); }
};

}  // namespace suite
