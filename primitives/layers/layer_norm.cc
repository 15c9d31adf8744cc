#include "primitives/layers/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "primitives/simd.h"

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

template struct LayerNorm<float>;
template struct LayerNorm<double>;
template void normalise_rows<float>(MatrixView<const float>,
                                    const LayerNorm<float>&, MatrixView<float>);
template void normalise_rows<double>(MatrixView<const double>,
                                     const LayerNorm<double>&,
                                     MatrixView<double>);
template void layer_norm<float>(const Tensor<float, 3>&,
                                const LayerNorm<float>&, Tensor<float, 3>&,
                                const Meter&);
template void layer_norm<double>(const Tensor<double, 3>&,
                                 const LayerNorm<double>&, Tensor<double, 3>&,
                                 const Meter&);

}  // namespace suite
