// Matrix products. gemm.cc is the only file that calls BLAS.
#pragma once

#include <string>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// One factor of a product: a view, read as it stands or transposed.
template <class T>
struct Operand {
  MatrixView<const T> view;
  bool transpose = false;

  Operand(MatrixView<T> v) : view(v) {}
  Operand(MatrixView<const T> v) : view(v) {}
  Operand(MatrixView<const T> v, bool t) : view(v), transpose(t) {}

  std::size_t rows() const { return transpose ? view.cols : view.rows; }
  std::size_t cols() const { return transpose ? view.rows : view.cols; }
};

template <class T>
Operand<std::remove_const_t<T>> transposed(MatrixView<T> view) {
  return {view, true};
}

// out[rows, cols] = scale · left[rows, depth] · right[depth, cols], added to
// what out holds if `accumulate`.
// Cost: rows·depth·cols MACs. Throws Error for extents that do not fit and for
// an out that overlaps an operand.
template <class T>
void gemm(std::type_identity_t<Operand<T>> left,
          std::type_identity_t<Operand<T>> right, MatrixView<T> out,
          const Meter& meter, std::type_identity_t<T> scale = 1,
          bool accumulate = false);

void set_blas_threads(int count);

// Name, version, core and threading of the BLAS in use, as it reports them.
std::string blas_description();
// The CPU that its kernels were written for, as "SkylakeX".
std::string blas_core();

}  // namespace suite
