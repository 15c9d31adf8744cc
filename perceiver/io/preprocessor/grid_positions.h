// Where the elements of a grid stand, as rows: Fourier features or learned.
#pragma once

#include <span>
#include <string>

#include "perceiver/io/config.h"
#include "primitives/layers/linear.h"

namespace suite {

template <class T>
class GridPositions {
 public:
  GridPositions(const PositionConfig& config, std::vector<std::size_t> extents);

  std::size_t count() const { return elements(extents_); }
  std::size_t width() const { return config_.width(extents_.size()); }

  // Of all elements, into the columns `to` [batch, count, width]; learned ones
  // are mapped if the record says so. Cost: count·channels·projected MACs.
  void write(const BatchView<T>& to, Ledger& ledger) const;
  // Of `rows` elements from `first` on, into to[rows, width].
  void write(std::size_t first, std::size_t rows, MatrixView<T> to) const;
  // Of elements named by their numbers. As the published code has it, these
  // stand at −1 + 2i/extent, those of a whole grid at −1 + 2i/(extent − 1).
  void write(std::span<const std::size_t> named, MatrixView<T> to) const;

  // The backwards of the three: `gradient` is added to what d_to, the gradient of
  // what was written, says. Fixed positions learn nothing.
  void write_backward(const BatchView<const T>& d_to, GridPositions& gradient,
                      Ledger& ledger) const;
  void write_backward(std::size_t first, MatrixView<const T> d_to,
                      GridPositions& gradient) const;
  void write_backward(std::span<const std::size_t> named,
                      MatrixView<const T> d_to, GridPositions& gradient) const;
  bool learns() const { return learned_.size() > 0; }

  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);

 private:
  bool fourier() const {
    return config_.kind == PositionConfig::Kind::fourier;
  }
  // All of them, as a batch of one.
  static BatchView<const T> as_batch(MatrixView<const T> rows) {
    return {rows.data, 1, rows.rows, rows.cols, rows.stride};
  }
  static BatchView<T> as_batch(MatrixView<T> rows) {
    return {rows.data, 1, rows.rows, rows.cols, rows.stride};
  }
  void write_fourier(const Tensor<double, 2>& points, MatrixView<T> to) const;

  PositionConfig config_;
  std::vector<std::size_t> extents_;
  Tensor<T, 2> learned_;  // [count, channels]
  Linear<T> map_;         // [channels, projected]
};

}  // namespace suite
