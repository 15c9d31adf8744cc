#include "primitives/mixing/feature_maps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "primitives/panels/parallel_product.h"

namespace suite {
namespace {

template <class T>
Vec<T> exponential(const Vec<T>& x) {
  return power_of_two(x * Vec<T>(T(std::numbers::log2e)));
}

// row ← f(row), a vector at a time.
template <class T, class F>
void map_row(const T* from, std::size_t count, T* to, const F& f) {
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) {
    store(to + i, f(load(from + i)));
  }
  const std::size_t rest = count - i;
  if (rest > 0) store_first(to + i, f(load_first(from + i, rest)), rest);
}

template <class T>
T largest_of(const T* row, std::size_t count) {
  T largest = row[0];
  for (std::size_t i = 1; i < count; ++i) largest = std::max(largest, row[i]);
  return largest;
}

// What is taken off every exponent of a row: |x'|²/2.
template <class T>
T half_square(const T* x, std::size_t channels, T scale) {
  T sum = 0;
  for (std::size_t c = 0; c < channels; ++c) sum += x[c] * x[c];
  return sum * scale * scale / 2;
}

// features[N, m] hold ω·x' and become e^(… − |x'|²/2 − shift)·factor.
template <class T>
void raise(MatrixView<const T> x, T scale, const std::uint8_t* valid,
           Shift shift, MatrixView<T> features) {
  const T factor = 1 / std::sqrt(static_cast<T>(features.cols));
  T of_all = std::numeric_limits<T>::lowest();
  for (std::size_t n = 0; n < x.rows && shift == Shift::of_all_rows; ++n) {
    if (valid != nullptr && valid[n] == 0) continue;
    of_all = std::max(of_all, largest_of(features.row(n), features.cols) -
                                  half_square(x.row(n), x.cols, scale));
  }
  for (std::size_t n = 0; n < x.rows; ++n) {
    T* row = features.row(n);
    if (valid != nullptr && valid[n] == 0 && shift == Shift::of_all_rows) {
      std::fill(row, row + features.cols, T(0));
      continue;
    }
    const Vec<T> off(shift == Shift::of_each_row
                         ? largest_of(row, features.cols)
                         : half_square(x.row(n), x.cols, scale) + of_all);
    map_row(row, features.cols, row, [&](const Vec<T>& exponent) {
      return Vec<T>(factor) * exponential(exponent - off);
    });
  }
}

}  // namespace

template <class T>
void elu_plus_one(const BatchView<const T>& input, Tensor<T, 3>& output,
                  const Meter& meter) {
  output.resize({input.batch, input.rows, input.cols});
  if (!meter.add({.bytes_moved = 2 * sizeof(T) * output.size()})) return;
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < input.batch * input.rows; ++r) {
    map_row(input.data + r * input.stride, input.cols,
            output.data() + r * input.cols, [](const Vec<T>& x) {
              return xsimd::select(x > Vec<T>(T(0)), x + Vec<T>(T(1)),
                                   exponential(x));
            });
  }
}

template <class T>
void positive_features(const BatchView<const T>& input,
                       const Tensor<T, 2>& directions, std::size_t heads,
                       const Mask& mask, Shift shift, Tensor<T, 3>& output,
                       const Meter& meter) {
  const std::size_t m = directions.shape(0), d = directions.shape(1);
  require(input.cols == heads * d,
          "positive features: {} channels are not {} heads of {}", input.cols,
          heads, d);
  output.resize({input.batch, input.rows, heads * m});
  const std::size_t rows = input.batch * input.rows;
  const Work work{.macs = rows * heads * m * d,
                  .bytes_moved =
                      sizeof(T) * (rows * heads * (d + 3 * m) + m * d)};
  if (!meter.add(work)) return;
  const T scale = 1 / std::sqrt(std::sqrt(static_cast<T>(d)));
  const MatrixView<const T> all{input.data, rows, input.cols, input.stride};
  for (std::size_t h = 0; h < heads; ++h) {
    parallel_product(all.columns(h * d, d),
                     RightFactor<T>{matrix(directions), /*transpose=*/true},
                     all_rows(output).columns(h * m, m), PanelTerms<T>(),
                     [scale](const Vec<T>& sum) { return Vec<T>(scale) * sum; });
  }
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < input.batch * heads; ++unit) {
    const std::size_t b = unit / heads, h = unit % heads;
    raise(example(input, b).columns(h * d, d), scale,
          mask.size() == 0 ? nullptr : &mask(b, 0), shift,
          example(output, b).columns(h * m, m));
  }
}

template void elu_plus_one<float>(const BatchView<const float>&,
                                  Tensor<float, 3>&, const Meter&);
template void elu_plus_one<double>(const BatchView<const double>&,
                                   Tensor<double, 3>&, const Meter&);
template void positive_features<float>(const BatchView<const float>&,
                                       const Tensor<float, 2>&, std::size_t,
                                       const Mask&, Shift, Tensor<float, 3>&,
                                       const Meter&);
template void positive_features<double>(const BatchView<const double>&,
                                        const Tensor<double, 2>&, std::size_t,
                                        const Mask&, Shift, Tensor<double, 3>&,
                                        const Meter&);

}  // namespace suite
