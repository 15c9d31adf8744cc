// A right factor packed whole, for products that use it again and again on one
// thread.
#pragma once

#include "primitives/buffers.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
class PackedMatrix {
 public:
  void lay_out(std::size_t depth, std::size_t cols, Buffers& buffers);

  // Packs on all threads what it was laid out for.
  void pack(MatrixView<const T> matrix);

  // out[left.rows, cols] ← left·matrix + bias, on the calling thread; `bias` may
  // be null.
  void multiply(MatrixView<const T> left, const T* bias, MatrixView<T> out) const;

 private:
  std::size_t offset(std::size_t k, std::size_t depth, std::size_t first) const;

  std::size_t depth_ = 0, cols_ = 0;
  Tensor<T, 1> values_;
};

}  // namespace suite
