// The backward of a layer norm, and of its rows.
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "primitives/layers/layer_norm.h"
#include "primitives/simd.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Σ f(x) over `count` values, in an order that depends on `count` alone.
template <class T, class F>
T sum_of(const T* x, std::size_t count, const F& f) {
  Vec<T> lanes(T(0));
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) lanes += f(load(x + i));
  T sum = sum_lanes(lanes);
  for (; i < count; ++i) sum += f(x[i]);
  return sum;
}

// Σ f(x, y), likewise.
template <class T, class F>
T sum_of(const T* x, const T* y, std::size_t count, const F& f) {
  Vec<T> lanes(T(0));
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) {
    lanes += f(load(x + i), load(y + i));
  }
  T sum = sum_lanes(lanes);
  for (; i < count; ++i) sum += f(x[i], y[i]);
  return sum;
}

// Ranges of rows whose sums are added up in their order.
constexpr std::size_t kMostRanges = 64;
constexpr std::size_t kLeastRows = 16;

std::size_t rows_of_a_range(std::size_t rows) {
  return std::max(kLeastRows, (rows + kMostRanges - 1) / kMostRanges);
}
std::size_t ranges_of(std::size_t rows) {
  const std::size_t range = rows_of_a_range(rows);
  return (rows + range - 1) / range;
}

}  // namespace

template <class T>
T standardise_row(const T* x, std::size_t channels, T* y) {
  const T mean = sum_of(x, channels, [](const auto& v) { return v; }) /
                 static_cast<T>(channels);
  const T variance = sum_of(x, channels,
                            [mean](const auto& v) {
                              const auto centred = v - mean;
                              return centred * centred;
                            }) /
                     static_cast<T>(channels);
  const T inverse =
      1 / std::sqrt(variance + static_cast<T>(LayerNorm<T>::kEpsilon));
#pragma omp simd
  for (std::size_t c = 0; c < channels; ++c) y[c] = (x[c] - mean) * inverse;
  return inverse;
}

template <class T>
void standardise_row_backward(const T* standard, const T* d_standard, T inverse,
                              std::size_t channels, T* d_from) {
  const T mean = sum_of(d_standard, channels, [](const auto& v) { return v; }) /
                 static_cast<T>(channels);
  const T along = sum_of(standard, d_standard, channels,
                         [](const auto& a, const auto& b) { return a * b; }) /
                  static_cast<T>(channels);
#pragma omp simd
  for (std::size_t c = 0; c < channels; ++c) {
    d_from[c] += inverse * (d_standard[c] - mean - standard[c] * along);
  }
}

template <class T>
void LayerNormRoom<T>::lay_out(std::size_t row_count, std::size_t channels,
                               Buffers& buffers) {
  buffers(sums, {ranges_of(row_count), 2 * channels});
  buffers(rows, {buffers.threads(), 2 * channels});
}

template <class T>
void layer_norm_backward(const Tensor<T, 3>& input, const LayerNorm<T>& layer,
                         const Tensor<T, 3>& d_output, LayerNorm<T>& gradient,
                         Tensor<T, 3>& d_input, LayerNormRoom<T>& room,
                         const Meter& meter) {
  const std::size_t channels = layer.scale.size();
  require(input.shape(2) == channels && d_output.shape() == input.shape() &&
              d_input.shape() == input.shape(),
          "layer norm backward: {} channels and {}, {} and {} values", channels,
          input.size(), d_output.size(), d_input.size());
  const MatrixView<const T> x = all_rows(input), dy = all_rows(d_output);
  const MatrixView<T> dx = all_rows(d_input);
  Buffers buffers = Buffers::allocating(threads());
  room.lay_out(x.rows, channels, buffers);
  if (!meter.add({.bytes_moved = 4 * bytes_of(input)})) return;
  const std::size_t range = rows_of_a_range(x.rows), ranges = ranges_of(x.rows);
  const T* scale = layer.scale.data();
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < ranges; ++i) {
    T* standard = &room.rows(omp_get_thread_num(), 0);
    T* d_standard = standard + channels;
    T* d_scale = &room.sums(i, 0);
    T* d_offset = d_scale + channels;
    std::fill_n(d_scale, 2 * channels, T(0));
    const std::size_t end = std::min(x.rows, (i + 1) * range);
    for (std::size_t r = i * range; r < end; ++r) {
      const T inverse = standardise_row(x.row(r), channels, standard);
      const T* d = dy.row(r);
#pragma omp simd
      for (std::size_t c = 0; c < channels; ++c) {
        d_scale[c] += d[c] * standard[c];
        d_offset[c] += d[c];
        d_standard[c] = d[c] * scale[c];
      }
      standardise_row_backward(standard, d_standard, inverse, channels,
                               dx.row(r));
    }
  }
  for (std::size_t i = 0; i < ranges; ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      gradient.scale(c) += room.sums(i, c);
      gradient.offset(c) += room.sums(i, channels + c);
    }
  }
}

template struct LayerNormRoom<float>;
template struct LayerNormRoom<double>;
template float standardise_row<float>(const float*, std::size_t, float*);
template double standardise_row<double>(const double*, std::size_t, double*);
template void standardise_row_backward<float>(const float*, const float*, float,
                                              std::size_t, float*);
template void standardise_row_backward<double>(const double*, const double*,
                                               double, std::size_t, double*);
template void layer_norm_backward<float>(const Tensor<float, 3>&,
                                         const LayerNorm<float>&,
                                         const Tensor<float, 3>&,
                                         LayerNorm<float>&, Tensor<float, 3>&,
                                         LayerNormRoom<float>&, const Meter&);
template void layer_norm_backward<double>(const Tensor<double, 3>&,
                                          const LayerNorm<double>&,
                                          const Tensor<double, 3>&,
                                          LayerNorm<double>&,
                                          Tensor<double, 3>&,
                                          LayerNormRoom<double>&, const Meter&);

}  // namespace suite
