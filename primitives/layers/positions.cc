#include "primitives/layers/positions.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace suite {
namespace {

// Step `index` of `count` equal steps from `first` to `last`.
double step(double first, double last, std::size_t index, std::size_t count) {
  if (count == 1) return first;
  return first + (last - first) * static_cast<double>(index) /
                     static_cast<double>(count - 1);
}

// π times the frequency of a band.
double turn(std::size_t resolution, std::size_t band, std::size_t bands) {
  const double highest = static_cast<double>(resolution) / 2;
  return std::numbers::pi * step(1, highest, band, bands);
}

template <class T>
void require_rows(const Tensor<T, 3>& input, const Tensor<T, 2>& positions) {
  require(positions.shape(0) == input.shape(1),
          "positions: there are {} for {} inputs", positions.shape(0),
          input.shape(1));
}

}  // namespace

std::size_t fourier_channels(std::size_t dims, std::size_t bands) {
  return dims * (2 * bands + 1);
}

Tensor<double, 2> grid_points(std::span<const std::size_t> extents) {
  std::size_t rows = extents.empty() ? 0 : 1;
  for (const std::size_t extent : extents) rows *= extent;
  require(rows > 0, "a grid of {} dimensions and {} positions is empty",
          extents.size(), rows);
  Tensor<double, 2> points;
  points.resize({rows, extents.size()});
  for (std::size_t r = 0; r < rows; ++r) {
    std::size_t rest = r;
    for (std::size_t i = extents.size(); i-- > 0; rest /= extents[i]) {
      points(r, i) = step(-1, 1, rest % extents[i], extents[i]);
    }
  }
  return points;
}

template <class T>
void fourier_features_at(MatrixView<const double> points,
                         std::span<const std::size_t> resolution,
                         std::size_t bands, MatrixView<T> to) {
  const std::size_t dims = points.cols;
  require(dims > 0 && points.rows > 0 && bands > 0,
          "Fourier features of {} dimensions, {} positions and {} bands: each "
          "must be at least 1",
          dims, points.rows, bands);
  require(resolution.size() == dims &&
              *std::min_element(resolution.begin(), resolution.end()) > 0,
          "Fourier features of {} dimensions need a resolution of at least 1 "
          "for each",
          dims);
  require(to.rows == points.rows && to.cols == fourier_channels(dims, bands),
          "Fourier features of {} points and {} channels into [{}, {}]",
          points.rows, fourier_channels(dims, bands), to.rows, to.cols);
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < points.rows; ++r) {
    T* row = to.row(r);
    for (std::size_t i = 0; i < dims; ++i) {
      const double position = points.row(r)[i];
      row[i] = static_cast<T>(position);
      T* sine = row + dims + i * bands;
      for (std::size_t k = 0; k < bands; ++k) {
        const double angle = turn(resolution[i], k, bands) * position;
        sine[k] = static_cast<T>(std::sin(angle));
        sine[k + dims * bands] = static_cast<T>(std::cos(angle));
      }
    }
  }
}

template <class T>
void fourier_features_backward(MatrixView<const T> features,
                               MatrixView<const T> d_features,
                               std::span<const std::size_t> resolution,
                               std::size_t bands, MatrixView<T> d_points) {
  const std::size_t dims = d_points.cols;
  require(features.cols == fourier_channels(dims, bands) &&
              d_features.cols == features.cols &&
              features.rows == d_points.rows &&
              d_features.rows == d_points.rows && resolution.size() == dims,
          "Fourier features: a gradient [{}, {}] of [{}, {}]", d_features.rows,
          d_features.cols, features.rows, features.cols);
  for (std::size_t r = 0; r < d_points.rows; ++r) {
    for (std::size_t i = 0; i < dims; ++i) {
      const std::size_t sine = dims + i * bands, cosine = sine + dims * bands;
      const T *row = features.row(r), *d = d_features.row(r);
      double sum = d[i];
      for (std::size_t k = 0; k < bands; ++k) {
        sum += turn(resolution[i], k, bands) *
               (d[sine + k] * row[cosine + k] - d[cosine + k] * row[sine + k]);
      }
      d_points.row(r)[i] += static_cast<T>(sum);
    }
  }
}

template <class T>
Tensor<T, 2> fourier_features(const Tensor<double, 2>& points,
                              std::span<const std::size_t> resolution,
                              std::size_t bands) {
  Tensor<T, 2> features;
  features.resize(
      {points.shape(0), fourier_channels(points.shape(1), bands)});
  fourier_features_at<T>(matrix(points), resolution, bands, matrix(features));
  return features;
}

template <class T>
Tensor<T, 2> fourier_features(std::span<const std::size_t> extents,
                              std::size_t bands) {
  return fourier_features<T>(grid_points(extents), extents, bands);
}

template <class T>
void append_positions(const Tensor<T, 3>& input, const Tensor<T, 2>& features,
                      Tensor<T, 3>& output, const Meter& meter) {
  require_rows(input, features);
  const std::size_t channels = input.shape(2), added = features.shape(1);
  output.resize({input.shape(0), input.shape(1), channels + added});
  const Work work{.bytes_moved =
                      bytes_of(input) + bytes_of(features) + bytes_of(output)};
  if (!meter.add(work)) return;
  const MatrixView<const T> from = all_rows(input);
  const MatrixView<T> to = all_rows(output);
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < from.rows; ++r) {
    const T* position = &features(r % features.shape(0), 0);
    std::copy_n(position, added,
                std::copy_n(from.row(r), channels, to.row(r)));
  }
}

template <class T>
void add_positions(const Tensor<T, 3>& input, const Tensor<T, 2>& positions,
                   Tensor<T, 3>& output, const Meter& meter) {
  require_rows(input, positions);
  require(positions.shape(1) == input.shape(2),
          "positions: {} channels cannot be added to {}", positions.shape(1),
          input.shape(2));
  output.resize(input.shape());
  const Work work{.bytes_moved = 2 * bytes_of(input) + bytes_of(positions)};
  if (!meter.add(work)) return;
  const MatrixView<const T> from = all_rows(input);
  const MatrixView<T> to = all_rows(output);
#pragma omp parallel for schedule(static)
  for (std::size_t r = 0; r < from.rows; ++r) {
    const T* position = &positions(r % positions.shape(0), 0);
    std::transform(from.row(r), from.row(r) + from.cols, position, to.row(r),
                   std::plus<T>());
  }
}

template Tensor<float, 2> fourier_features(const Tensor<double, 2>&,
                                           std::span<const std::size_t>,
                                           std::size_t);
template Tensor<double, 2> fourier_features(const Tensor<double, 2>&,
                                            std::span<const std::size_t>,
                                            std::size_t);
template Tensor<float, 2> fourier_features(std::span<const std::size_t>,
                                           std::size_t);
template Tensor<double, 2> fourier_features(std::span<const std::size_t>,
                                            std::size_t);
template void fourier_features_at(MatrixView<const double>,
                                  std::span<const std::size_t>, std::size_t,
                                  MatrixView<float>);
template void fourier_features_at(MatrixView<const double>,
                                  std::span<const std::size_t>, std::size_t,
                                  MatrixView<double>);
template void append_positions(const Tensor<float, 3>&, const Tensor<float, 2>&,
                               Tensor<float, 3>&, const Meter&);
template void append_positions(const Tensor<double, 3>&,
                               const Tensor<double, 2>&, Tensor<double, 3>&,
                               const Meter&);
template void add_positions(const Tensor<float, 3>&, const Tensor<float, 2>&,
                            Tensor<float, 3>&, const Meter&);
template void add_positions(const Tensor<double, 3>&, const Tensor<double, 2>&,
                            Tensor<double, 3>&, const Meter&);

template void fourier_features_backward<float>(MatrixView<const float>,
                                               MatrixView<const float>,
                                               std::span<const std::size_t>,
                                               std::size_t, MatrixView<float>);
template void fourier_features_backward<double>(
    MatrixView<const double>, MatrixView<const double>,
    std::span<const std::size_t>, std::size_t, MatrixView<double>);

}  // namespace suite
