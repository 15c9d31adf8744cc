// The product along rows: what the gradient of a weight is made of, where rows
// are many and the result is small.
#pragma once

#include <cstddef>

#include "primitives/tensor.h"

namespace suite {

// A stride between rows of so many values that no two rows of a tile meet in
// few sets of a cache: an odd number of cache lines.
template <class T>
constexpr std::size_t apart(std::size_t values) {
  constexpr std::size_t kLine = 64 / sizeof(T);
  return ((values + kLine - 1) / kLine | 1) * kLine;
}

// out[left.cols, right.cols] += leftᵀ·right, over left.rows = right.rows rows,
// on all threads. Cost: rows·left.cols·right.cols MACs; nothing is allocated
// but on the stack. An element's sum runs over the rows from first to last: the
// number of threads changes no bit.
template <class T>
void add_transposed_product(MatrixView<const T> left, MatrixView<const T> right,
                            MatrixView<T> out);

// The same on the calling thread, of at most depth_tile<T>() rows; `panel` is
// scratch of kMostDepth·kPanelWidth<T> values.
template <class T>
void add_transposed_tile(MatrixView<const T> left, MatrixView<const T> right,
                         MatrixView<T> out, T* panel);

// The same on the calling thread, of any number of rows.
template <class T>
void add_transposed_serial(MatrixView<const T> left, MatrixView<const T> right,
                           MatrixView<T> out);

// sums[rows.cols] += the sum of the rows, in their order, on all threads.
template <class T>
void add_column_sums(MatrixView<const T> rows, T* sums);

}  // namespace suite
