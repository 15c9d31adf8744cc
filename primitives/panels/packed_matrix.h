// A right factor packed whole, for products that use it again and again on one
// thread; its columns in one part, or in several that are multiplied apart,
// since their products go to different places.
#pragma once

#include "primitives/buffers.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
class PackedMatrix {
 public:
  // Parts are of cols / parts columns.
  void lay_out(std::size_t depth, std::size_t cols, Buffers& buffers,
               std::size_t parts = 1);

  // Packs on all threads what it was laid out for.
  void pack(MatrixView<const T> matrix, std::size_t parts = 1);

  // out[left.rows, cols of a part] ← left·part + bias, on the calling thread;
  // `bias`, of all columns, may be null.
  void multiply(MatrixView<const T> left, const T* bias, MatrixView<T> out,
                std::size_t part = 0) const;

 private:
  std::size_t offset(std::size_t part, std::size_t k, std::size_t depth,
                     std::size_t first) const;

  std::size_t depth_ = 0, cols_ = 0;  // of a part
  Tensor<T, 1> values_;
};

}  // namespace suite
