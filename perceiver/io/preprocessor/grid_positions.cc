#include "perceiver/io/preprocessor/grid_positions.h"

#include <algorithm>

#include "primitives/layers/positions.h"

namespace suite {
namespace {

// points[rows, dims] of elements, each given by its number in the grid;
// `steps[i]` is how many steps dimension i has from −1 to 1.
template <class NumberOf>
Tensor<double, 2> points_of(std::size_t rows,
                            const std::vector<std::size_t>& extents,
                            const std::vector<double>& steps,
                            const NumberOf& number_of) {
  Tensor<double, 2> points;
  points.resize({rows, extents.size()});
  for (std::size_t r = 0; r < rows; ++r) {
    std::size_t rest = number_of(r);
    for (std::size_t i = extents.size(); i-- > 0;) {
      points(r, i) =
          -1 + 2 * static_cast<double>(rest % extents[i]) / steps[i];
      rest /= extents[i];
    }
  }
  return points;
}

}  // namespace

template <class T>
GridPositions<T>::GridPositions(const PositionConfig& config,
                                std::vector<std::size_t> extents)
    : config_(config), extents_(std::move(extents)) {
  if (config_.kind != PositionConfig::Kind::learned) return;
  learned_.resize({count(), config_.channels});
  if (config_.projected > 0) {
    map_ = Linear<T>(config_.channels, config_.projected);
  }
}

template <class T>
void GridPositions<T>::write_fourier(const Tensor<double, 2>& points,
                                     MatrixView<T> to) const {
  fourier_features_at<T>(
      matrix(points),
      config_.resolution.empty() ? extents_ : config_.resolution,
      config_.bands, to);
}

template <class T>
void GridPositions<T>::write(const BatchView<T>& to, Ledger& ledger) const {
  const Meter meter = ledger[Part::position_encoding];
  if (config_.projected > 0) {
    const BatchView<const T> all = as_batch(matrix(learned_));
    for (std::size_t b = 0; b < to.batch; ++b) {
      linear(all, map_, as_batch(example(to, b)), meter);
    }
    return;
  }
  if (!meter.add({.bytes_moved = sizeof(T) * to.batch * to.rows * to.cols})) {
    return;
  }
  for (std::size_t b = 0; b < to.batch; ++b) {
    write(0, count(), example(to, b));
  }
}

template <class T>
void GridPositions<T>::write(std::size_t first, std::size_t rows,
                             MatrixView<T> to) const {
  if (fourier()) {
    std::vector<double> steps;
    for (const std::size_t extent : extents_) {
      steps.push_back(static_cast<double>(std::max<std::size_t>(extent, 2) - 1));
    }
    write_fourier(points_of(rows, extents_, steps,
                            [&](auto r) { return first + r; }),
                  to);
    return;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    std::copy_n(&learned_(first + r, 0), config_.channels, to.row(r));
  }
}

template <class T>
void GridPositions<T>::write(std::span<const std::size_t> named,
                             MatrixView<T> to) const {
  for (const std::size_t number : named) {
    require(number < count(), "output {}: there are {}", number, count());
  }
  if (fourier()) {
    const std::vector<double> steps(extents_.begin(), extents_.end());
    write_fourier(points_of(named.size(), extents_, steps,
                            [&](auto r) { return named[r]; }),
                  to);
    return;
  }
  for (std::size_t r = 0; r < named.size(); ++r) {
    std::copy_n(&learned_(named[r], 0), config_.channels, to.row(r));
  }
}

template <class T>
void GridPositions<T>::write_backward(const BatchView<const T>& d_to,
                                      GridPositions& gradient,
                                      Ledger& ledger) const {
  if (!learns()) return;
  const Meter meter = ledger[Part::position_encoding];
  if (config_.projected > 0) {
    for (std::size_t b = 0; b < d_to.batch; ++b) {
      const BatchView<const T> d = as_batch(example(d_to, b));
      linear_gradient<T>(as_batch(matrix(learned_)), d, gradient.map_, meter);
      linear_input_gradient<T>(d, map_, as_batch(matrix(gradient.learned_)),
                               Onto::what_is_there, meter);
    }
    return;
  }
  if (!meter.add(
          {.bytes_moved = sizeof(T) * d_to.batch * d_to.rows * d_to.cols})) {
    return;
  }
  for (std::size_t b = 0; b < d_to.batch; ++b) {
    write_backward(0, example(d_to, b), gradient);
  }
}

template <class T>
void GridPositions<T>::write_backward(std::size_t first,
                                      MatrixView<const T> d_to,
                                      GridPositions& gradient) const {
  if (!learns()) return;
  for (std::size_t r = 0; r < d_to.rows; ++r) {
    T* to = &gradient.learned_(first + r, 0);
    for (std::size_t c = 0; c < d_to.cols; ++c) to[c] += d_to.row(r)[c];
  }
}

template <class T>
void GridPositions<T>::write_backward(std::span<const std::size_t> named,
                                      MatrixView<const T> d_to,
                                      GridPositions& gradient) const {
  if (!learns()) return;
  for (std::size_t r = 0; r < d_to.rows; ++r) {
    write_backward(named[r], d_to.row_range(r, 1), gradient);
  }
}

template <class T>
void GridPositions<T>::for_each_parameter(const std::string& name,
                                          const ParameterVisitor<T>& visit) {
  if (learned_.size() > 0) visit_tensor(visit, name, learned_, Init::latent);
  if (map_.weight.size() > 0) map_.for_each_parameter(name + "_map", visit);
}

template class GridPositions<float>;
template class GridPositions<double>;

}  // namespace suite
