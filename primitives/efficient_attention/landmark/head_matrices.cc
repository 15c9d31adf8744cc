#include "primitives/efficient_attention/landmark/head_matrices.h"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "primitives/efficient_attention/landmark/inverse_steps.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/softmax.h"

namespace suite {
using inverse_detail::begin_inverse;
using inverse_detail::subtract_from;

template <class T>
void segment_means(const BatchView<const T>& input, const Mask& mask,
                   std::size_t segments, Tensor<T, 3>& output,
                   const Meter& meter) {
  require(segments > 0 && segments <= input.rows,
          "segment means: {} rows have no {} segments", input.rows, segments);
  output.resize({input.batch, segments, input.cols});
  const Work work{.bytes_moved = sizeof(T) * input.batch * input.cols *
                                 (input.rows + segments)};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < input.batch * segments; ++unit) {
    const std::size_t b = unit / segments, s = unit % segments;
    const std::size_t last = (s + 1) * input.rows / segments;
    T* mean = output.data() + unit * input.cols;
    std::fill(mean, mean + input.cols, T(0));
    std::size_t shown = 0;
    for (std::size_t n = s * input.rows / segments; n < last; ++n) {
      if (mask.size() > 0 && mask(b, n) == 0) continue;
      const T* row = example(input, b).row(n);
      for (std::size_t c = 0; c < input.cols; ++c) mean[c] += row[c];
      ++shown;
    }
    const T each = shown == 0 ? T(0) : 1 / static_cast<T>(shown);
    for (std::size_t c = 0; c < input.cols; ++c) mean[c] *= each;
  }
}

template <class T>
void head_weights(const Tensor<T, 3>& queries, const Tensor<T, 3>& keys,
                  std::size_t heads, Tensor<T, 3>& weights, Ledger& ledger) {
  const std::size_t count = queries.shape(0) * heads, m = queries.shape(1);
  const std::size_t d = queries.shape(2) / heads;
  require(keys.shape() == queries.shape(),
          "head weights: {} queries, {} keys: must be alike", m, keys.shape(1));
  weights.resize({count, m, m});
  {
    const Meter meter = ledger[Part::scores];
    const Work work{.macs = count * m * m * d,
                    .bytes_moved = sizeof(T) * count * m * (2 * d + m)};
    const std::size_t todo = meter.add(work) ? count : 0;
    const Vec<T> scale(1 / std::sqrt(static_cast<T>(d)));
#pragma omp parallel for schedule(dynamic)
    for (std::size_t i = 0; i < todo; ++i) {
      const std::size_t b = i / heads, first = i % heads * d;
      serial_product(example(queries, b).columns(first, d),
              RightFactor<T>{example(keys, b).columns(first, d), true},
              example(weights, i),
              [&](const Vec<T>& sum) { return scale * sum; });
    }
  }
  softmax_rows(all_rows(weights), nullptr, ledger[Part::softmax]);
}

template <class T>
void multiply_heads(const Tensor<T, 3>& matrices, const Tensor<T, 3>& input,
                    Tensor<T, 3>& output, const Meter& meter) {
  const std::size_t count = matrices.shape(0), m = matrices.shape(1);
  const std::size_t heads = count / input.shape(0), d = input.shape(2) / heads;
  require(input.shape(1) == m, "multiply heads: {} rows, the matrices have {}",
          input.shape(1), m);
  output.resize({input.shape(0), m, input.shape(2)});
  const Work work{.macs = count * m * m * d,
                  .bytes_moved = sizeof(T) * count * m * (2 * d + m)};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t b = i / heads, first = i % heads * d;
    serial_product(example(matrices, i),
            RightFactor<T>{example(input, b).columns(first, d)},
            example(output, b).columns(first, d), AsItIs<T>());
  }
}

template <class T>
void PseudoInverse<T>::forward(const Tensor<T, 3>& matrices,
                               std::size_t iterations, Tensor<T, 3>& inverses,
                               const Meter& meter) {
  const std::size_t count = matrices.shape(0), m = matrices.shape(1);
  require(matrices.shape(2) == m, "pseudo-inverse: [{}, {}] must be square", m,
          matrices.shape(2));
  inverses.resize({count, m, m});
  Buffers buffers = Buffers::allocating(threads());
  lay_out(m, buffers);
  const Work work{.macs = 4 * count * iterations * m * m * m,
                  .bytes_moved = 2 * sizeof(T) * count * m * m};
  if (!meter.add(work)) return;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < count; ++i) {
    T* const room = &scratch_(omp_get_thread_num(), 0, 0, 0);
    const MatrixView<T> az{room, m, m, m}, p{room + m * m, m, m, m},
        q{room + 2 * m * m, m, m, m};
    const MatrixView<const T> a = example(matrices, i);
    const MatrixView<T> z = example(inverses, i);
    begin_inverse(a, z);
    for (std::size_t step = 0; step < iterations; ++step) {
      serial_product(a, RightFactor<T>{z}, az, AsItIs<T>());
      std::copy(az.data, az.data + m * m, p.data);
      subtract_from(T(7), p);
      serial_product<T>(az, RightFactor<T>{p}, q, AsItIs<T>());
      subtract_from(T(15), q);
      serial_product<T>(az, RightFactor<T>{q}, p, AsItIs<T>());
      subtract_from(T(13), p);
      serial_product<T>(z, RightFactor<T>{p}, q, [](const Vec<T>& sum) {
        return Vec<T>(T(0.25)) * sum;
      });
      std::copy(q.data, q.data + m * m, z.data);
    }
  }
}

template <class T>
void PseudoInverse<T>::lay_out(std::size_t m, Buffers& buffers) {
  buffers(scratch_, {buffers.threads(), 3, m, m});
}

template void segment_means<float>(const BatchView<const float>&, const Mask&,
                                   std::size_t, Tensor<float, 3>&,
                                   const Meter&);
template void segment_means<double>(const BatchView<const double>&, const Mask&,
                                    std::size_t, Tensor<double, 3>&,
                                    const Meter&);
template void head_weights<float>(const Tensor<float, 3>&,
                                  const Tensor<float, 3>&, std::size_t,
                                  Tensor<float, 3>&, Ledger&);
template void head_weights<double>(const Tensor<double, 3>&,
                                   const Tensor<double, 3>&, std::size_t,
                                   Tensor<double, 3>&, Ledger&);
template void multiply_heads<float>(const Tensor<float, 3>&,
                                    const Tensor<float, 3>&, Tensor<float, 3>&,
                                    const Meter&);
template void multiply_heads<double>(const Tensor<double, 3>&,
                                     const Tensor<double, 3>&,
                                     Tensor<double, 3>&, const Meter&);
template class PseudoInverse<float>;
template class PseudoInverse<double>;

}  // namespace suite
