#include "primitives/efficient_attention/kernel/feature_maps.h"

#include <algorithm>
#include <array>
#include <cmath>
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
  Vec<T> each(row[0]);
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) {
    each = xsimd::max(each, load(row + i));
  }
  std::array<T, kLanes<T>> lanes;
  store(lanes.data(), each);
  T largest = *std::max_element(lanes.begin(), lanes.end());
  for (; i < count; ++i) largest = std::max(largest, row[i]);
  return largest;
}

// row ← e^(row − off).
template <class T>
void raise(T off, T* row, std::size_t count) {
  map_row(row, count, row, [off](const Vec<T>& exponent) {
    return exponential(exponent - Vec<T>(off));
  });
}

// x' = scale·x.
template <class T>
T fourth_root_scale(std::size_t channels) {
  return 1 / std::sqrt(std::sqrt(static_cast<T>(channels)));
}

// |x'|²/2.
template <class T>
T half_square(const T* x, std::size_t channels) {
  Vec<T> squares(T(0));
  std::size_t c = 0;
  for (; c + kLanes<T> <= channels; c += kLanes<T>) {
    squares = xsimd::fma(load(x + c), load(x + c), squares);
  }
  T sum = sum_lanes(squares);
  for (; c < channels; ++c) sum += x[c] * x[c];
  const T scale = fourth_root_scale<T>(channels);
  return sum * scale * scale / 2;
}

template <class T>
void elu_row(const T* from, std::size_t count, T* to) {
  map_row(from, count, to, [](const Vec<T>& x) {
    return xsimd::select(x > Vec<T>(T(0)), x + Vec<T>(T(1)), exponential(x));
  });
}

// d ← d·φ'(x), which is 1 above 0 and φ(x) below.
template <class T>
void elu_row_backward(const T* x, const T* features, const T* d_features,
                      std::size_t count, T* d) {
  for (std::size_t c = 0; c < count; ++c) {
    d[c] = x[c] > 0 ? d_features[c] : d_features[c] * features[c];
  }
}

}  // namespace

template <class T>
void EluPlusOne<T>::of_queries(MatrixView<const T> queries,
                               MatrixView<T> features) const {
  for (std::size_t r = 0; r < queries.rows; ++r) {
    elu_row(queries.row(r), queries.cols, features.row(r));
  }
}

template <class T>
void EluPlusOne<T>::of_keys(MatrixView<const T> keys,
                            const std::uint8_t* valid, MatrixView<T> features,
                            T&) const {
  for (std::size_t r = 0; r < keys.rows; ++r) {
    if (valid != nullptr && valid[r] == 0) {
      std::fill_n(features.row(r), features.cols, T(0));
    } else {
      elu_row(keys.row(r), keys.cols, features.row(r));
    }
  }
}

template <class T>
Work EluPlusOne<T>::work(std::size_t rows) const {
  return {.bytes_moved = sizeof(T) * rows * channels_};
}

template <class T>
void EluPlusOne<T>::of_queries_backward(MatrixView<const T> queries,
                                        MatrixView<const T> features,
                                        MatrixView<T> d_features,
                                        MatrixView<T> d_queries) const {
  of_keys_backward(queries, nullptr, features, d_features, d_queries);
}

template <class T>
void EluPlusOne<T>::of_keys_backward(MatrixView<const T> keys,
                                     const std::uint8_t* valid,
                                     MatrixView<const T> features,
                                     MatrixView<T> d_features,
                                     MatrixView<T> d_keys) const {
  for (std::size_t r = 0; r < keys.rows; ++r) {
    if (valid != nullptr && valid[r] == 0) {
      std::fill_n(d_keys.row(r), d_keys.cols, T(0));
    } else {
      elu_row_backward(keys.row(r), features.row(r), d_features.row(r),
                       keys.cols, d_keys.row(r));
    }
  }
}

// Rows and features' gradients in, rows' gradients out.
template <class T>
Work EluPlusOne<T>::backward_work(std::size_t rows) const {
  return {.bytes_moved = 2 * sizeof(T) * rows * channels_};
}

template <class T>
void PositiveFeatures<T>::project(MatrixView<const T> rows,
                                  MatrixView<T> features) const {
  const Vec<T> scale(fourth_root_scale<T>(rows.cols));
  serial_product(rows, RightFactor<T>{matrix(directions_), /*transpose=*/true},
                 features, [scale](const Vec<T>& sum) { return scale * sum; });
}

template <class T>
void PositiveFeatures<T>::of_queries(MatrixView<const T> queries,
                                     MatrixView<T> features) const {
  project(queries, features);
  for (std::size_t r = 0; r < queries.rows; ++r) {
    T* row = features.row(r);
    raise(largest_of(row, features.cols), row, features.cols);
  }
}

template <class T>
void PositiveFeatures<T>::of_keys(MatrixView<const T> keys,
                                  const std::uint8_t* valid,
                                  MatrixView<T> features, T& shift) const {
  project(keys, features);
  const auto hidden = [&](std::size_t r) {
    return valid != nullptr && valid[r] == 0;
  };
  for (std::size_t r = 0; r < keys.rows; ++r) {
    if (hidden(r)) continue;
    shift = std::max(shift, largest_of(features.row(r), features.cols) -
                                half_square(keys.row(r), keys.cols));
  }
  for (std::size_t r = 0; r < keys.rows; ++r) {
    T* row = features.row(r);
    if (hidden(r)) {
      std::fill_n(row, features.cols, T(0));
    } else {
      raise(half_square(keys.row(r), keys.cols) + shift, row, features.cols);
    }
  }
}

template <class T>
Work PositiveFeatures<T>::work(std::size_t rows) const {
  return {.macs = rows * directions_.size(),
          .bytes_moved = sizeof(T) * (rows * directions_.shape(1) +
                                      directions_.size())};
}

// A feature is e^(ω·x' − …): its derivative along x' is ω times itself.
template <class T>
void PositiveFeatures<T>::of_queries_backward(MatrixView<const T> queries,
                                              MatrixView<const T> features,
                                              MatrixView<T> d_features,
                                              MatrixView<T> d_queries) const {
  for (std::size_t r = 0; r < queries.rows; ++r) {
    T* d = d_features.row(r);
    const T* own = features.row(r);
    for (std::size_t f = 0; f < features.cols; ++f) d[f] *= own[f];
  }
  const Vec<T> scale(fourth_root_scale<T>(queries.cols));
  serial_product<T>(d_features, RightFactor<T>{matrix(directions_)}, d_queries,
                    [scale](const Vec<T>& sum) { return scale * sum; });
}

// Of keys also e^(−|x'|²/2), which takes x' times the sum of all.
template <class T>
void PositiveFeatures<T>::of_keys_backward(MatrixView<const T> keys,
                                           const std::uint8_t* valid,
                                           MatrixView<const T> features,
                                           MatrixView<T> d_features,
                                           MatrixView<T> d_keys) const {
  of_queries_backward(keys, features, d_features, d_keys);
  const T scale = fourth_root_scale<T>(keys.cols);
  for (std::size_t r = 0; r < keys.rows; ++r) {
    T* d = d_keys.row(r);
    if (valid != nullptr && valid[r] == 0) {
      std::fill_n(d, d_keys.cols, T(0));
      continue;
    }
    T sum = 0;
    for (std::size_t f = 0; f < features.cols; ++f) sum += d_features.row(r)[f];
    sum *= scale * scale;
    const T* key = keys.row(r);
    for (std::size_t c = 0; c < keys.cols; ++c) d[c] -= sum * key[c];
  }
}

template <class T>
Work PositiveFeatures<T>::backward_work(std::size_t rows) const {
  return {.macs = rows * directions_.size(),
          .bytes_moved = sizeof(T) * (2 * rows * directions_.shape(1) +
                                      directions_.size())};
}

template class EluPlusOne<float>;
template class EluPlusOne<double>;
template class PositiveFeatures<float>;
template class PositiveFeatures<double>;

}  // namespace suite
