#include "primitives/efficient_attention/landmark/row_products.h"

#include <algorithm>

#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"
#include "support/check.h"

namespace suite {
namespace {

template <class T>
void copy_shown(const BatchView<const T>& input, const Mask& mask,
                Tensor<T, 3>& shown) {
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < input.batch * input.rows; ++r) {
    const T* from = input.data + r * input.stride;
    T* to = shown.data() + r * input.cols;
    if (mask.data()[r] == 0) {
      std::fill(to, to + input.cols, T(0));
    } else {
      std::copy(from, from + input.cols, to);
    }
  }
}

}  // namespace

template <class T>
void combine_rows(const Tensor<T, 2>& weights, const BatchView<const T>& input,
                  const Mask& mask, Tensor<T, 3>& shown, Tensor<T, 3>& output,
                  const Meter& meter) {
  const std::size_t rows = weights.shape(0), N = weights.shape(1);
  require(input.rows == N, "combine_rows: {} rows, the weights expect {}",
          input.rows, N);
  output.resize({input.batch, rows, input.cols});
  const bool masked = mask.size() > 0;
  if (masked) shown.resize({input.batch, N, input.cols});
  const Work work{.macs = input.batch * rows * N * input.cols,
                  .bytes_moved = sizeof(T) * input.batch *
                                 (rows * N + (N + rows) * input.cols)};
  if (!meter.add(work)) return;
  if (masked) copy_shown(input, mask, shown);
  for (std::size_t b = 0; b < input.batch; ++b) {
    const MatrixView<const T> right =
        masked ? MatrixView<const T>(example(shown, b)) : example(input, b);
    parallel_product(matrix(weights), RightFactor<T>{right}, example(output, b),
                     PanelTerms<T>(), AsItIs<T>());
  }
}

template <class T>
void combine_rows_backward(const Tensor<T, 2>& weights,
                           const BatchView<const T>& input, const Mask& mask,
                           const Tensor<T, 3>& d_output, Tensor<T, 3>& shown,
                           Tensor<T, 2>& d_weights, const BatchView<T>& d_input,
                           const Meter& meter) {
  const std::size_t rows = weights.shape(0), N = weights.shape(1);
  require(d_weights.shape() == weights.shape() && input.rows == N &&
              d_input.rows == N && d_input.cols == input.cols &&
              d_output.shape(1) == rows && d_output.shape(2) == input.cols,
          "combine_rows backward: [{}, {}] weights and {} rows: gradients do "
          "not fit",
          rows, N, input.rows);
  const bool masked = mask.size() > 0;
  if (masked) shown.resize({input.batch, N, input.cols});
  const Work work{.macs = 2 * input.batch * rows * N * input.cols,
                  .bytes_moved = 2 * sizeof(T) * input.batch *
                                 (rows * N + (N + rows) * input.cols)};
  if (!meter.add(work)) return;
  if (masked) copy_shown(input, mask, shown);
  for (std::size_t b = 0; b < input.batch; ++b) {
    const MatrixView<const T> right =
        masked ? MatrixView<const T>(example(shown, b)) : example(input, b);
    const MatrixView<const T> d = example(d_output, b);
    parallel_product(d, RightFactor<T>{right, /*transpose=*/true},
                     matrix(d_weights), PanelTerms<T>{.onto = true},
                     AsItIs<T>());
    const MatrixView<T> d_rows = example(d_input, b);
    for (std::size_t n = 0; n < N; ++n) {
      std::fill_n(d_rows.row(n), d_rows.cols, T(0));
    }
    add_transposed_product<T>(matrix(weights), d, d_rows);
    for (std::size_t n = 0; masked && n < N; ++n) {
      if (mask(b, n) == 0) std::fill_n(d_rows.row(n), d_rows.cols, T(0));
    }
  }
}

template void combine_rows<float>(const Tensor<float, 2>&,
                                  const BatchView<const float>&, const Mask&,
                                  Tensor<float, 3>&, Tensor<float, 3>&,
                                  const Meter&);
template void combine_rows<double>(const Tensor<double, 2>&,
                                   const BatchView<const double>&, const Mask&,
                                   Tensor<double, 3>&, Tensor<double, 3>&,
                                   const Meter&);
template void combine_rows_backward<float>(const Tensor<float, 2>&,
                                           const BatchView<const float>&,
                                           const Mask&, const Tensor<float, 3>&,
                                           Tensor<float, 3>&, Tensor<float, 2>&,
                                           const BatchView<float>&,
                                           const Meter&);
template void combine_rows_backward<double>(
    const Tensor<double, 2>&, const BatchView<const double>&, const Mask&,
    const Tensor<double, 3>&, Tensor<double, 3>&, Tensor<double, 2>&,
    const BatchView<double>&, const Meter&);

}  // namespace suite
