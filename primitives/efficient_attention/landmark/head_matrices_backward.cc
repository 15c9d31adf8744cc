#include "primitives/efficient_attention/landmark/head_matrices_backward.h"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "primitives/efficient_attention/landmark/inverse_steps.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

using inverse_detail::begin_inverse;
using inverse_detail::begin_inverse_backward;
using inverse_detail::subtract_from;

// out ← leftᵀ·right, on the calling thread.
template <class T>
void transposed_times(MatrixView<const T> left, MatrixView<const T> right,
                      MatrixView<T> out) {
  for (std::size_t r = 0; r < out.rows; ++r) {
    std::fill_n(out.row(r), out.cols, T(0));
  }
  add_transposed_serial(left, right, out);
}

// out (+)= left·rightᵀ.
template <class T>
void times_transposed(MatrixView<const T> left, MatrixView<const T> right,
                      MatrixView<T> out, bool onto = false) {
  serial_product(left, RightFactor<T>{right, /*transpose=*/true}, out,
                 AsItIs<T>(), onto);
}

template <class T>
void copy(MatrixView<const T> from, MatrixView<T> to) {
  std::copy_n(from.data, from.rows * from.cols, to.data);
}
template <class T>
void scale_all(T by, MatrixView<T> a) {
  for (std::size_t i = 0; i < a.rows * a.cols; ++i) a.data[i] *= by;
}

}  // namespace

template <class T>
void segment_means_backward(const Tensor<T, 3>& d_output, const Mask& mask,
                            const BatchView<T>& d_input, const Meter& meter) {
  const std::size_t segments = d_output.shape(1), N = d_input.rows;
  require(
      d_output.shape(0) == d_input.batch && d_output.shape(2) == d_input.cols,
      "segment means backward: {} channels of rows, {} of means", d_input.cols,
      d_output.shape(2));
  const Work work{.bytes_moved = sizeof(T) * d_input.batch * d_input.cols *
                                 (2 * N + segments)};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < d_input.batch * segments; ++unit) {
    const std::size_t b = unit / segments, s = unit % segments;
    const std::size_t first = s * N / segments, last = (s + 1) * N / segments;
    const auto hidden = [&](std::size_t n) {
      return mask.size() > 0 && mask(b, n) == 0;
    };
    std::size_t shown = 0;
    for (std::size_t n = first; n < last; ++n) shown += !hidden(n);
    const T* mean = d_output.data() + unit * d_input.cols;
    for (std::size_t n = first; n < last; ++n) {
      if (hidden(n)) continue;
      T* row = example(d_input, b).row(n);
      const T each = 1 / static_cast<T>(shown);
      for (std::size_t c = 0; c < d_input.cols; ++c) row[c] += each * mean[c];
    }
  }
}

template <class T>
void head_weights_backward(const Tensor<T, 3>& queries,
                           const Tensor<T, 3>& keys,
                           const Tensor<T, 3>& weights, Tensor<T, 3>& d_weights,
                           Tensor<T, 3>& d_queries, Tensor<T, 3>& d_keys,
                           const Meter& meter) {
  const std::size_t count = weights.shape(0), m = weights.shape(1);
  const std::size_t heads = count / queries.shape(0);
  const std::size_t d = queries.shape(2) / heads;
  require(d_weights.shape() == weights.shape() &&
              d_queries.shape() == queries.shape() &&
              d_keys.shape() == keys.shape(),
          "head weights backward: the gradients are not as what they are of");
  const Work work{.macs = 2 * count * m * m * d,
                  .bytes_moved = 2 * sizeof(T) * count * m * (2 * d + m)};
  if (!meter.add(work)) return;
  const T scale = 1 / std::sqrt(static_cast<T>(d));
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t b = i / heads, first = i % heads * d;
    const MatrixView<const T> p = example(weights, i);
    const MatrixView<T> d_scores = example(d_weights, i);
    for (std::size_t r = 0; r < m; ++r) {
      T* row = d_scores.row(r);
      T mean = 0;
      for (std::size_t c = 0; c < m; ++c) mean += p.row(r)[c] * row[c];
      for (std::size_t c = 0; c < m; ++c) {
        row[c] = scale * p.row(r)[c] * (row[c] - mean);
      }
    }
    serial_product<T>(d_scores,
                      RightFactor<T>{example(keys, b).columns(first, d)},
                      example(d_queries, b).columns(first, d), AsItIs<T>(),
                      /*onto=*/true);
    add_transposed_serial<T>(d_scores, example(queries, b).columns(first, d),
                             example(d_keys, b).columns(first, d));
  }
}

template <class T>
void multiply_heads_backward(const Tensor<T, 3>& matrices,
                             const Tensor<T, 3>& input,
                             const Tensor<T, 3>& d_output,
                             Tensor<T, 3>& d_matrices, Tensor<T, 3>& d_input,
                             const Meter& meter) {
  const std::size_t count = matrices.shape(0), m = matrices.shape(1);
  const std::size_t heads = count / input.shape(0), d = input.shape(2) / heads;
  require(d_output.shape() == input.shape(),
          "multiply heads backward: {} rows, their gradient has {}",
          input.shape(1), d_output.shape(1));
  d_matrices.resize(matrices.shape());
  d_input.resize(input.shape());
  const Work work{.macs = 2 * count * m * m * d,
                  .bytes_moved = 2 * sizeof(T) * count * m * (2 * d + m)};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t b = i / heads, first = i % heads * d;
    const auto d_rows = example(d_output, b).columns(first, d);
    times_transposed<T>(d_rows, example(input, b).columns(first, d),
                        example(d_matrices, i));
    transposed_times<T>(example(matrices, i), d_rows,
                        example(d_input, b).columns(first, d));
  }
}

template <class T>
void PseudoInverseBackward<T>::lay_out(std::size_t m, std::size_t iterations,
                                       Buffers& buffers) {
  buffers(scratch_, {buffers.threads(), 4 * iterations + 6, m, m});
}

// With W = AZ, P = 7I − W, Q = 15I − WP and R = 13I − WQ a step is Z ← ¼ZR.
template <class T>
void PseudoInverseBackward<T>::run(const Tensor<T, 3>& matrices,
                                   std::size_t iterations,
                                   const Tensor<T, 3>& d_inverses,
                                   Tensor<T, 3>& d_matrices,
                                   const Meter& meter) {
  const std::size_t count = matrices.shape(0), m = matrices.shape(1);
  require(iterations > 0 && d_inverses.shape() == matrices.shape(),
          "pseudo-inverse backward: {} matrices, {} gradients", count,
          d_inverses.shape(0));
  d_matrices.resize(matrices.shape());
  Buffers buffers = Buffers::allocating(threads());
  lay_out(m, iterations, buffers);
  const Work work{.macs = count * (12 * iterations - 1) * m * m * m,
                  .bytes_moved = 3 * sizeof(T) * count * m * m};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < count; ++i) {
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    const auto room = [&](std::size_t index) {
      return MatrixView<T>{&scratch_(thread, index, 0, 0), m, m, m};
    };
    const auto z = [&](std::size_t step) { return room(4 * step); };
    const auto w = [&](std::size_t step) { return room(4 * step + 1); };
    const auto q = [&](std::size_t step) { return room(4 * step + 2); };
    const auto r = [&](std::size_t step) { return room(4 * step + 3); };
    const MatrixView<T> p = room(4 * iterations),
                        one = room(4 * iterations + 1),
                        two = room(4 * iterations + 2),
                        d_w = room(4 * iterations + 3),
                        d_z = room(4 * iterations + 4),
                        d_next = room(4 * iterations + 5);
    const MatrixView<const T> a = example(matrices, i);
    const auto times = [&](MatrixView<const T> left, MatrixView<const T> right,
                           MatrixView<T> out, T scale = 1) {
      serial_product(left, RightFactor<T>{right}, out,
                     [=](const Vec<T>& sum) { return Vec<T>(scale) * sum; });
    };
    const auto make_p = [&](std::size_t step) {
      copy<T>(w(step), p);
      subtract_from(T(7), p);
    };
    begin_inverse(a, z(0));
    for (std::size_t step = 0; step < iterations; ++step) {
      times(a, z(step), w(step));
      make_p(step);
      times(w(step), p, q(step));
      subtract_from(T(15), q(step));
      times(w(step), q(step), r(step));
      subtract_from(T(13), r(step));
      if (step + 1 < iterations) times(z(step), r(step), z(step + 1), T(0.25));
    }
    const MatrixView<T> d_a = example(d_matrices, i);
    std::fill_n(d_a.data, m * m, T(0));
    copy<T>(example(d_inverses, i), d_next);
    for (std::size_t step = iterations; step-- > 0;) {
      scale_all(T(0.25), d_next);
      times_transposed<T>(d_next, r(step), d_z);
      transposed_times<T>(z(step), d_next, one);  // dR
      scale_all(T(-1), one);
      times_transposed<T>(one, q(step), d_w);
      transposed_times<T>(w(step), one, two);  // dQ
      scale_all(T(-1), two);
      make_p(step);
      times_transposed<T>(two, p, d_w, /*onto=*/true);
      transposed_times<T>(w(step), two, one);  // dP
      for (std::size_t j = 0; j < m * m; ++j) d_w.data[j] -= one.data[j];
      times_transposed<T>(d_w, z(step), d_a, /*onto=*/true);
      add_transposed_serial<T>(a, d_w, d_z);
      copy<T>(d_z, d_next);
    }
    begin_inverse_backward<T>(a, d_next, d_a);
  }
}

#define SUITE_HEAD_MATRICES_BACKWARD(T)                                       \
  template void segment_means_backward<T>(const Tensor<T, 3>&, const Mask&,   \
                                          const BatchView<T>&, const Meter&); \
  template void head_weights_backward<T>(                                     \
      const Tensor<T, 3>&, const Tensor<T, 3>&, const Tensor<T, 3>&,          \
      Tensor<T, 3>&, Tensor<T, 3>&, Tensor<T, 3>&, const Meter&);             \
  template void multiply_heads_backward<T>(                                   \
      const Tensor<T, 3>&, const Tensor<T, 3>&, const Tensor<T, 3>&,          \
      Tensor<T, 3>&, Tensor<T, 3>&, const Meter&);                            \
  template class PseudoInverseBackward<T>

SUITE_HEAD_MATRICES_BACKWARD(float);
SUITE_HEAD_MATRICES_BACKWARD(double);

#undef SUITE_HEAD_MATRICES_BACKWARD

}  // namespace suite
