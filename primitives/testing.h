// What the tests of the primitives share: inputs, and what is true of them, by
// naive loops in double precision. The loops use nothing of the code that they
// judge but the views that they read.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "primitives/random.h"
#include "primitives/tensor.h"

namespace suite {

// One, powers of two and what stands beside them, widths of panels and beside
// them, and two primes that leave a rest everywhere.
inline constexpr std::array<std::size_t, 11> kOddExtents = {
    1, 2, 15, 16, 17, 33, 47, 48, 49, 193, 613};

using Scalars = testing::Types<float, double>;

// The names of typed tests: LinearTest/float.AddsItsBias.
struct ScalarNames {
  template <class T>
  static std::string GetName(int) {
    return std::is_same_v<T, float> ? "float" : "double";
  }
};

template <class T>
inline constexpr double kEpsilon = std::numeric_limits<T>::epsilon();

// What rounding may do to a sum of `terms` products of normal draws: the sum
// grows like √terms, and its error with it; 32 is room for the unluckiest of
// many thousand sums.
template <class T>
double rounding(std::size_t terms) {
  return 32 * kEpsilon<T> * std::sqrt(static_cast<double>(terms));
}

template <class T, std::size_t rank>
Tensor<T, rank> normal_tensor(const std::array<std::size_t, rank>& shape,
                              std::uint64_t seed) {
  Tensor<T, rank> tensor;
  tensor.resize(shape);
  Random random(seed);
  for (T& value : tensor) value = static_cast<T>(random.normal());
  return tensor;
}

// Every bit, so that NaN equals itself and −0 is not 0.
template <class T, std::size_t rank>
bool same_bits(const Tensor<T, rank>& a, const Tensor<T, rank>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), bytes_of(a)) == 0;
}

namespace naive {

struct Matrix {
  std::size_t rows = 0, cols = 0;
  std::vector<double> values;

  Matrix(std::size_t r, std::size_t c) : rows(r), cols(c), values(r * c) {}
  template <class T>
  explicit Matrix(MatrixView<T> view) : Matrix(view.rows, view.cols) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = view.data[i / cols * view.stride + i % cols];
    }
  }

  double& operator()(std::size_t r, std::size_t c) {
    return values[r * cols + c];
  }
  double operator()(std::size_t r, std::size_t c) const {
    return values[r * cols + c];
  }
};

Matrix transpose(const Matrix& a);
Matrix multiply(const Matrix& a, const Matrix& b);
Matrix add(Matrix a, const Matrix& b);
// x·weight, plus the only row of `bias` in every row.
Matrix affine(const Matrix& x, const Matrix& weight, const Matrix& bias);
// With one row each of scale and offset; ε = 1e-5.
Matrix layer_norm(const Matrix& x, const Matrix& scale, const Matrix& offset);
Matrix gelu_erf(Matrix x);
Matrix gelu_tanh(Matrix x);
// By rows. Columns whose `valid`, if not null, is 0 get nothing.
Matrix softmax(Matrix logits, const std::uint8_t* valid);
// Of one example: q[M, heads·d], k[N, heads·d], v[N, heads·dv].
Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v,
                 std::size_t heads, const std::uint8_t* valid);

// One row.
template <class T>
Matrix row_of(const Tensor<T, 1>& values) {
  return Matrix(
      MatrixView<const T>{values.data(), 1, values.size(), values.size()});
}

}  // namespace naive

// The largest difference; infinite for a NaN and for extents that differ.
template <class T>
double max_difference(const naive::Matrix& expected, MatrixView<T> actual) {
  if (expected.rows != actual.rows || expected.cols != actual.cols) {
    return std::numeric_limits<double>::infinity();
  }
  double worst = 0;
  for (std::size_t r = 0; r < actual.rows; ++r) {
    for (std::size_t c = 0; c < actual.cols; ++c) {
      const double difference =
          std::abs(expected(r, c) - static_cast<double>(actual.row(r)[c]));
      if (!(difference <= worst)) worst = difference;
      if (std::isnan(worst)) return std::numeric_limits<double>::infinity();
    }
  }
  return worst;
}

}  // namespace suite
