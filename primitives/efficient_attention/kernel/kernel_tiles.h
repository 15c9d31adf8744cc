// What the backward of kernel attention does to a tile of rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "primitives/panels/panels.h"
#include "primitives/tensor.h"

namespace suite::kernel_detail {

// Entries of keys after the query, which it doesn't read, become 0.
template <class T>
void clear_later(MatrixView<T> pairs) {
  for (std::size_t r = 0; r < pairs.rows; ++r) {
    std::fill(pairs.row(r) + r + 1, pairs.row(r) + pairs.cols, T(0));
  }
}

// to ← [values, 1]; zeros for what is hidden.
template <class T>
void with_ones(MatrixView<const T> values, const std::uint8_t* valid,
               MatrixView<T> to) {
  for (std::size_t r = 0; r < values.rows; ++r) {
    if (valid != nullptr && valid[r] == 0) {
      std::fill_n(to.row(r), to.cols, T(0));
      continue;
    }
    copy_row(values.row(r), values.cols, to.row(r));
    to.row(r)[values.cols] = T(1);
  }
}

// d_sums ← [d_output, −d_output·output]/total; zeros where nothing was read.
template <class T>
void of_means(MatrixView<const T> output, MatrixView<const T> d_output,
              const T* totals, MatrixView<T> d_sums) {
  for (std::size_t r = 0; r < output.rows; ++r) {
    const T *y = output.row(r), *d = d_output.row(r);
    T* to = d_sums.row(r);
    if (totals[r] == 0) {
      std::fill_n(to, d_sums.cols, T(0));
      continue;
    }
    T dot = 0;
    for (std::size_t c = 0; c < output.cols; ++c) {
      dot += d[c] * y[c];
      to[c] = d[c] / totals[r];
    }
    to[output.cols] = -dot / totals[r];
  }
}

// What was summed with e^−from becomes what e^−to would have given.
template <class T>
void scale_by(T from, T to, MatrixView<T> sums) {
  if (from == to) return;
  const T factor = std::exp(from - to);
  for (std::size_t r = 0; r < sums.rows; ++r) {
    for (std::size_t c = 0; c < sums.cols; ++c) sums.row(r)[c] *= factor;
  }
}

// all += more, without a gap between rows.
template <class T>
void add_all(MatrixView<T> more, MatrixView<T> all) {
  for (std::size_t i = 0; i < all.rows * all.cols; ++i) {
    all.data[i] += more.data[i];
  }
}

template <class T>
void clear(MatrixView<T> sums) {
  std::fill_n(sums.data, sums.rows * sums.stride, T(0));
}

// The corner of a tensor of scratch.
template <class T>
MatrixView<T> corner(Tensor<T, 2>& all, std::size_t rows, std::size_t cols) {
  return matrix(all).row_range(0, rows).columns(0, cols);
}
// The sums of a unit, [features, width].
template <class T>
MatrixView<T> sums_of(Tensor<T, 3>& all, std::size_t unit, std::size_t width) {
  return example(all, unit).columns(0, width);
}

}  // namespace suite::kernel_detail
