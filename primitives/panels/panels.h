// A panel is the right factor of a product as the kernel reads it: some columns
// of a matrix, side by side on the lanes of a few vectors, row after row without a
// gap, [depth, vectors·lanes]. Lanes beyond the last column hold zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "primitives/panels/block_shape.h"
#include "primitives/simd.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
inline constexpr std::size_t kPanelWidth = kPanelVectors * kLanes<T>;

template <std::size_t value>
using Constant = std::integral_constant<std::size_t, value>;

// Calls f(Constant<count>) for a count from 1 to `most`.
template <std::size_t most, class F>
void with_constant(std::size_t count, const F& f) {
  if constexpr (most > 1) {
    if (count < most) return with_constant<most - 1>(count, f);
  }
  f(Constant<most>());
}

// `columns`, rounded up to whole vectors.
template <class T>
std::size_t padded(std::size_t columns) {
  return (columns + kLanes<T> - 1) / kLanes<T> * kLanes<T>;
}

// How many panels a matrix of so many columns has.
template <class T>
std::size_t panel_count(std::size_t columns) {
  const std::size_t vectors = padded<T>(columns) / kLanes<T>;
  return (vectors + kPanelVectors - 1) / kPanelVectors;
}

// Calls f(first column, Constant<vectors>) for one panel. Panels are as equal as
// can be: one of a single vector would starve the multipliers. In memory panels
// follow one another: the one of column `first` begins at first·depth.
template <class T, class F>
void with_panel(std::size_t columns, std::size_t index, const F& f) {
  const std::size_t vectors = padded<T>(columns) / kLanes<T>;
  const std::size_t panels = panel_count<T>(columns);
  const std::size_t least = vectors / panels, wider = vectors % panels;
  const std::size_t first =
      (index * least + std::min(index, wider)) * kLanes<T>;
  with_constant<kPanelVectors>(least + (index < wider ? 1 : 0),
                               [&](auto count) { f(first, count); });
}

// The same for every panel, from the first to the last.
template <class T, class F>
void for_each_panel(std::size_t columns, const F& f) {
  const std::size_t panels = panel_count<T>(columns);
  for (std::size_t p = 0; p < panels; ++p) with_panel<T>(columns, p, f);
}

// panel[matrix.rows, width] ← the columns from `first` on.
template <class T>
void pack_columns(MatrixView<const T> matrix, std::size_t first,
                  std::size_t width, T* panel) {
  const std::size_t count = std::min(width, matrix.cols - first);
  for (std::size_t r = 0; r < matrix.rows; ++r, panel += width) {
    const T* row = matrix.row(r) + first;
    std::size_t i = 0;
    for (; i + kLanes<T> <= count; i += kLanes<T>) {
      store(panel + i, load(row + i));
    }
    for (; i < count; ++i) panel[i] = row[i];
    for (; i < width; ++i) panel[i] = T(0);
  }
}

// panel[rows.cols, width] ← scale · rows, transposed: row i of `rows` lies on
// lane i. `width` is a whole number of vectors, `rows.rows` at most width.
template <class T>
void pack_rows(MatrixView<const T> rows, T scale, std::size_t width, T* panel) {
  const Vec<T> factor(scale);
  for (std::size_t lane = 0; lane < width; lane += kLanes<T>) {
    const std::size_t count =
        lane < rows.rows ? std::min(kLanes<T>, rows.rows - lane) : 0;
    std::size_t c = 0;
    for (; c + kLanes<T> <= rows.cols; c += kLanes<T>) {
      Vec<T> block[kLanes<T>];
      for (std::size_t i = 0; i < kLanes<T>; ++i) {
        block[i] = i < count ? factor * load(rows.row(lane + i) + c)
                             : Vec<T>(T(0));
      }
      transpose(block);
      for (std::size_t i = 0; i < kLanes<T>; ++i) {
        store(panel + (c + i) * width + lane, block[i]);
      }
    }
    for (; c < rows.cols; ++c) {
      for (std::size_t i = 0; i < kLanes<T>; ++i) {
        panel[c * width + lane + i] =
            i < count ? scale * rows.row(lane + i)[c] : T(0);
      }
    }
  }
}

// rows ← the panel[rows.cols, width], transposed back, lane i times factors[i].
template <class T>
void unpack_rows(const T* panel, std::size_t width, const T* factors,
                 MatrixView<T> rows) {
  for (std::size_t lane = 0; lane < rows.rows; lane += kLanes<T>) {
    const std::size_t count = std::min(kLanes<T>, rows.rows - lane);
    const Vec<T> factor = load(factors + lane);
    std::size_t c = 0;
    for (; c + kLanes<T> <= rows.cols; c += kLanes<T>) {
      Vec<T> block[kLanes<T>];
      for (std::size_t i = 0; i < kLanes<T>; ++i) {
        block[i] = factor * load(panel + (c + i) * width + lane);
      }
      transpose(block);
      for (std::size_t i = 0; i < count; ++i) {
        store(rows.row(lane + i) + c, block[i]);
      }
    }
    for (; c < rows.cols; ++c) {
      for (std::size_t i = 0; i < count; ++i) {
        rows.row(lane + i)[c] = factors[lane + i] * panel[c * width + lane + i];
      }
    }
  }
}

}  // namespace suite
