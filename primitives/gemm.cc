#include "primitives/gemm.h"

#include <cstdint>
#include <limits>
#include <xtensor-blas/xblas.hpp>

// OpenBLAS' own calls. Its cblas.h declares them too, but cannot be included
// beside xtensor-blas, which declares CBLAS itself.
extern "C" {
void openblas_set_num_threads(int count);
char* openblas_get_config();
char* openblas_get_corename();
}

namespace suite {
namespace {

template <class T>
bool overlap(const MatrixView<const T>& a, const MatrixView<const T>& b) {
  if (a.rows * a.cols == 0 || b.rows * b.cols == 0) return false;
  const T* a_end = a.row(a.rows - 1) + a.cols;
  const T* b_end = b.row(b.rows - 1) + b.cols;
  if (a_end <= b.data || b_end <= a.data) return false;
  if (a.stride != b.stride) return true;
  // Column slices of one buffer interleave without sharing a value.
  const auto stride = static_cast<std::ptrdiff_t>(a.stride);
  const std::ptrdiff_t gap = ((b.data - a.data) % stride + stride) % stride;
  return gap < static_cast<std::ptrdiff_t>(a.cols) ||
         gap + static_cast<std::ptrdiff_t>(b.cols) > stride;
}

int blas_int(std::size_t value) {
  require(value <= std::numeric_limits<int>::max(),
          "a product's extent is {}, BLAS takes at most 2^31 - 1", value);
  return static_cast<int>(value);
}

cxxblas::Transpose order(bool transpose) {
  return transpose ? cxxblas::Trans : cxxblas::NoTrans;
}

}  // namespace

template <class T>
void gemm(std::type_identity_t<Operand<T>> left,
          std::type_identity_t<Operand<T>> right, MatrixView<T> out,
          const Meter& meter, std::type_identity_t<T> scale, bool accumulate) {
  const std::size_t rows = left.rows(), depth = left.cols(),
                    cols = right.cols();
  require(right.rows() == depth && out.rows == rows && out.cols == cols,
          "gemm: [{}, {}] times [{}, {}] does not fit into [{}, {}]", rows,
          depth, right.rows(), cols, out.rows, out.cols);
  require(!overlap<T>(out, left.view) && !overlap<T>(out, right.view),
          "gemm: the product [{}, {}] would overwrite its own operand", rows,
          cols);
  const Work work{.macs = rows * depth * cols,
                  .bytes_moved =
                      sizeof(T) * (rows * depth + depth * cols +
                                   (accumulate ? 2 : 1) * rows * cols)};
  if (!meter.add(work)) return;
  // Not xt::linalg::dot: it allocates, and with equal data pointers it takes a
  // product for a symmetric one and does half of the work.
  cxxblas::gemm(cxxblas::RowMajor, order(left.transpose),
                order(right.transpose), blas_int(rows), blas_int(cols),
                blas_int(depth), scale, left.view.data,
                blas_int(left.view.stride), right.view.data,
                blas_int(right.view.stride), accumulate ? T(1) : T(0), out.data,
                blas_int(out.stride));
}

template void gemm<float>(Operand<float>, Operand<float>, MatrixView<float>,
                          const Meter&, float, bool);
template void gemm<double>(Operand<double>, Operand<double>, MatrixView<double>,
                           const Meter&, double, bool);

void set_blas_threads(int count) { openblas_set_num_threads(count); }

std::string blas_description() {
  return fmt::format("{}; core {}", openblas_get_config(), blas_core());
}

std::string blas_core() { return openblas_get_corename(); }

}  // namespace suite
