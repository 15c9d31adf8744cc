#include "primitives/layers/layer_norm.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "primitives/simd.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// A sum waits some cycles for itself, a row for its mean: two rows at once,
// with two sums each, keep the adders busy. Four read slower from memory, and
// so do two that are long.
constexpr std::size_t kRows = 2;
constexpr std::size_t kSums = 2;
constexpr std::size_t kMostBytes = 2048;  // of a row that is not alone

// a·b + c, rounded as vectors do it.
template <class T>
T fused(T a, T b, T c) {
#if defined(__FMA__) || defined(__aarch64__)
  return std::fma(a, b, c);
#else
  return a * b + c;
#endif
}

template <std::size_t half, class T, std::size_t... lane>
Vec<T> folded(const Vec<T>& value, std::index_sequence<lane...>) {
  return value + Vec<T>(__builtin_shufflevector(value.data, value.data,
                                                (lane ^ half)...));
}

// Of the lanes, by halves: log2(lanes) steps.
template <class T, std::size_t half = kLanes<T> / 2>
T sum_by_halves(const Vec<T>& value) {
  if constexpr (half == 0) {
    return value.data[0];
  } else {
    return sum_by_halves<T, half / 2>(
        folded<half>(value, std::make_index_sequence<kLanes<T>>()));
  }
}

// f(first channel, which of kSums) for every whole vector. Returns the first
// channel of the rest.
template <class T, class F>
[[gnu::always_inline]] inline std::size_t for_each_vector(std::size_t channels,
                                                          const F& f) {
  std::size_t c = 0;
  for (; c + kSums * kLanes<T> <= channels; c += kSums * kLanes<T>) {
#pragma GCC unroll 2
    for (std::size_t s = 0; s < kSums; ++s) f(c + s * kLanes<T>, s);
  }
  for (; c + kLanes<T> <= channels; c += kLanes<T>) f(c, 0);
  return c;
}

// The rows from x on become those from y on. Every operation is spelt out, so
// that a row gets the same bits however many are with it.
template <class T, std::size_t rows>
void normalise_block(MatrixView<const T> x, const LayerNorm<T>& layer,
                     MatrixView<T> y) {
  const std::size_t channels = layer.scale.size();
  const T* const scale = layer.scale.data();
  const T* const offset = layer.offset.data();
  const T* from[rows];
  T* to[rows];
  T mean[rows], inverse[rows];
  Vec<T> sums[rows][kSums];
  const auto each = [](const auto& f) {
#pragma GCC unroll 2
    for (std::size_t r = 0; r < rows; ++r) f(r);
  };
  const auto clear = [&](std::size_t r) {
#pragma GCC unroll 2
    for (std::size_t s = 0; s < kSums; ++s) sums[r][s] = Vec<T>(T(0));
  };
  each([&](std::size_t r) {
    from[r] = x.row(r);
    to[r] = y.row(r);
    clear(r);
  });
  const std::size_t rest =
      for_each_vector<T>(channels, [&](std::size_t c, std::size_t s) {
        each([&](std::size_t r) { sums[r][s] += load(from[r] + c); });
      });
  each([&](std::size_t r) {
    T sum = sum_by_halves<T>(sums[r][0] + sums[r][1]);
    for (std::size_t c = rest; c < channels; ++c) sum += from[r][c];
    mean[r] = sum / static_cast<T>(channels);
    clear(r);
  });
  for_each_vector<T>(channels, [&](std::size_t c, std::size_t s) {
    each([&](std::size_t r) {
      const Vec<T> centred = load(from[r] + c) - Vec<T>(mean[r]);
      sums[r][s] = xsimd::fma(centred, centred, sums[r][s]);
    });
  });
  each([&](std::size_t r) {
    T sum = sum_by_halves<T>(sums[r][0] + sums[r][1]);
    for (std::size_t c = rest; c < channels; ++c) {
      const T centred = from[r][c] - mean[r];
      sum = fused(centred, centred, sum);
    }
    inverse[r] = 1 / std::sqrt(sum / static_cast<T>(channels) +
                               static_cast<T>(LayerNorm<T>::kEpsilon));
  });
  for_each_vector<T>(channels, [&](std::size_t c, std::size_t) {
    const Vec<T> of_scale = load(scale + c), of_offset = load(offset + c);
    each([&](std::size_t r) {
      const Vec<T> centred = load(from[r] + c) - Vec<T>(mean[r]);
      store(to[r] + c,
            xsimd::fma(centred * Vec<T>(inverse[r]), of_scale, of_offset));
    });
  });
  each([&](std::size_t r) {
    for (std::size_t c = rest; c < channels; ++c) {
      to[r][c] =
          fused((from[r][c] - mean[r]) * inverse[r], scale[c], offset[c]);
    }
  });
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
LayerNorm<T>::LayerNorm(std::size_t channels) {
  scale.resize({channels});
  offset.resize({channels});
}

template <class T>
void LayerNorm<T>::for_each_parameter(const std::string& name,
                                      const ParameterVisitor<T>& visit) {
  visit_tensor(visit, name + ".scale", scale, Init::ones);
  visit_tensor(visit, name + ".offset", offset, Init::zeros);
}

template <class T>
void normalise_rows(MatrixView<const T> from, const LayerNorm<T>& layer,
                    MatrixView<T> to) {
  std::size_t r = 0;
  if (layer.scale.size() * sizeof(T) <= kMostBytes) {
    for (; r + kRows <= from.rows; r += kRows) {
      normalise_block<T, kRows>(from.row_range(r, kRows), layer,
                                to.row_range(r, kRows));
    }
  }
  for (; r < from.rows; ++r) {
    normalise_block<T, 1>(from.row_range(r, 1), layer, to.row_range(r, 1));
  }
}

template <class T>
void layer_norm(const Tensor<T, 3>& input, const LayerNorm<T>& layer,
                Tensor<T, 3>& output, const Meter& meter) {
  const std::size_t channels = input.shape(2);
  require(channels == layer.scale.size(),
          "layer norm: the input has {} channels, the scale {}", channels,
          layer.scale.size());
  output.resize(input.shape());
  if (!meter.add({.bytes_moved = 2 * bytes_of(input)})) return;
  const MatrixView<const T> from = all_rows(input);
  const MatrixView<T> to = all_rows(output);
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < from.rows; r += kRows) {
    const std::size_t count = std::min(kRows, from.rows - r);
    normalise_rows<T>(from.row_range(r, count), layer, to.row_range(r, count));
  }
}

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

template struct LayerNorm<float>;
template struct LayerNorm<double>;
template void normalise_rows<float>(MatrixView<const float>,
                                    const LayerNorm<float>&, MatrixView<float>);
template void normalise_rows<double>(MatrixView<const double>,
                                     const LayerNorm<double>&,
                                     MatrixView<double>);
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
template void layer_norm<float>(const Tensor<float, 3>&,
                                const LayerNorm<float>&, Tensor<float, 3>&,
                                const Meter&);
template void layer_norm<double>(const Tensor<double, 3>&,
                                 const LayerNorm<double>&, Tensor<double, 3>&,
                                 const Meter&);

}  // namespace suite
