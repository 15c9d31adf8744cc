// What the forward and the backward of pseudo-inverses do alike.
#pragma once

#include <cmath>

#include "primitives/tensor.h"

namespace suite::inverse_detail {

// a ← diagonal·I − a.
template <class T>
void subtract_from(T diagonal, MatrixView<T> a) {
  for (std::size_t r = 0; r < a.rows; ++r) {
    T* row = a.row(r);
    for (std::size_t c = 0; c < a.cols; ++c) row[c] = -row[c];
    row[r] += diagonal;
  }
}

// |a|∞ and |a|₁: the largest sums of a row's and a column's sizes, and where.
template <class T>
struct Norms {
  T of_rows = 0, of_columns = 0;
  std::size_t row = 0, column = 0;

  explicit Norms(MatrixView<const T> a) {
    for (std::size_t i = 0; i < a.rows; ++i) {
      T along = 0, down = 0;
      for (std::size_t j = 0; j < a.rows; ++j) {
        along += std::abs(a.row(i)[j]);
        down += std::abs(a.row(j)[i]);
      }
      if (along > of_rows) of_rows = along, row = i;
      if (down > of_columns) of_columns = down, column = i;
    }
  }
  T scale() const { return 1 / (of_rows * of_columns); }
};

// z ← aᵀ/(|a|₁·|a|∞).
template <class T>
void begin_inverse(MatrixView<const T> a, MatrixView<T> z) {
  const T scale = Norms<T>(a).scale();
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.rows; ++j) {
      z.row(i)[j] = scale * a.row(j)[i];
    }
  }
}

// d_a += from d_z, the gradient of what that began with.
template <class T>
void begin_inverse_backward(MatrixView<const T> a, MatrixView<const T> d_z,
                            MatrixView<T> d_a) {
  const Norms<T> norms(a);
  const T scale = norms.scale();
  T dot = 0;
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.rows; ++j) {
      d_a.row(j)[i] += scale * d_z.row(i)[j];
      dot += d_z.row(i)[j] * a.row(j)[i];
    }
  }
  const auto sign = [](T value) { return value < 0 ? T(-1) : T(1); };
  for (std::size_t i = 0; i < a.rows; ++i) {
    d_a.row(norms.row)[i] -=
        dot * scale / norms.of_rows * sign(a.row(norms.row)[i]);
    d_a.row(i)[norms.column] -=
        dot * scale / norms.of_columns * sign(a.row(i)[norms.column]);
  }
}

}  // namespace suite::inverse_detail
