// Tensors and the views that products read and write. The only file that
// includes xtensor; its flat include paths are those of xtensor 0.24 and 0.25.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <xtensor/xtensor.hpp>

#include "support/check.h"
#include "primitives/memory.h"

namespace suite {

// Row-major, metered. A tensor owns its values; resize() to the shape it has
// already allocates nothing.
template <class T, std::size_t rank>
using Tensor =
    xt::xtensor<T, rank, xt::layout_type::row_major, MeteredAllocator<T>>;

// Which inputs are real: [batch, N], 1 for real and 0 for padding. An empty
// mask means that all are real.
using Mask = Tensor<std::uint8_t, 2>;

inline const Mask& no_mask() {
  static const Mask none;
  return none;
}

// A rectangle of a tensor: `rows` rows of `cols` values, `stride` values from
// one row to the next. Does not own them.
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;

  T* row(std::size_t r) const { return data + r * stride; }

  MatrixView columns(std::size_t first, std::size_t count) const {
    return {data + first, rows, count, stride};
  }
  MatrixView row_range(std::size_t first, std::size_t count) const {
    return {data + first * stride, count, cols, stride};
  }
  operator MatrixView<const T>() const
    requires(!std::is_const_v<T>)
  {
    return {data, rows, cols, stride};
  }
};

// [rows, cols] as it stands.
template <class T>
MatrixView<T> matrix(Tensor<T, 2>& tensor) {
  return {tensor.data(), tensor.shape(0), tensor.shape(1), tensor.shape(1)};
}
template <class T>
MatrixView<const T> matrix(const Tensor<T, 2>& tensor) {
  return {tensor.data(), tensor.shape(0), tensor.shape(1), tensor.shape(1)};
}

// [batch, rows, channels] as one matrix of batch·rows rows.
template <class T>
MatrixView<T> all_rows(Tensor<T, 3>& tensor) {
  return {tensor.data(), tensor.shape(0) * tensor.shape(1), tensor.shape(2),
          tensor.shape(2)};
}
template <class T>
MatrixView<const T> all_rows(const Tensor<T, 3>& tensor) {
  return {tensor.data(), tensor.shape(0) * tensor.shape(1), tensor.shape(2),
          tensor.shape(2)};
}

// Example `index` of [batch, rows, channels]: [rows, channels].
template <class T>
MatrixView<T> example(Tensor<T, 3>& tensor, std::size_t index) {
  return all_rows(tensor).row_range(index * tensor.shape(1), tensor.shape(1));
}
template <class T>
MatrixView<const T> example(const Tensor<T, 3>& tensor, std::size_t index) {
  return all_rows(tensor).row_range(index * tensor.shape(1), tensor.shape(1));
}

// [batch, rows, cols] within one or all of a tensor's channels. Does not own
// them.
template <class T>
struct BatchView {
  T* data = nullptr;
  std::size_t batch = 0;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;  // values from one row to the next

  BatchView(T* d, std::size_t b, std::size_t r, std::size_t c, std::size_t s)
      : data(d), batch(b), rows(r), cols(c), stride(s) {}
  BatchView(Tensor<std::remove_const_t<T>, 3>& tensor)
      : BatchView(tensor.data(), tensor.shape(0), tensor.shape(1),
                  tensor.shape(2), tensor.shape(2)) {}
  BatchView(const Tensor<std::remove_const_t<T>, 3>& tensor)
    requires(std::is_const_v<T>)
      : BatchView(tensor.data(), tensor.shape(0), tensor.shape(1),
                  tensor.shape(2), tensor.shape(2)) {}

  BatchView columns(std::size_t first, std::size_t count) const {
    return {data + first, batch, rows, count, stride};
  }
};

template <class T>
MatrixView<T> all_rows(const BatchView<T>& view) {
  return {view.data, view.batch * view.rows, view.cols, view.stride};
}
template <class T>
MatrixView<T> example(const BatchView<T>& view, std::size_t index) {
  return {view.data + index * view.rows * view.stride, view.rows, view.cols,
          view.stride};
}

template <class T, std::size_t rank>
std::size_t bytes_of(const Tensor<T, rank>& tensor) {
  return tensor.size() * sizeof(T);
}

}  // namespace suite
