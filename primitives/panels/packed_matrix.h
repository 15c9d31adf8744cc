// A right factor packed whole, for products that use it again and again on one
// thread.
#pragma once

#include "primitives/panels/panel_product.h"

namespace suite {

template <class T>
class PackedMatrix {
 public:
  static std::size_t values(std::size_t depth, std::size_t cols) {
    return depth * padded<T>(cols);
  }

  // Packs on all threads.
  void pack(MatrixView<const T> matrix) {
    depth_ = matrix.rows;
    cols_ = matrix.cols;
    values_.resize({values(depth_, cols_)});
    const std::size_t tile = even_part(depth_, depth_tile<T>());
    const std::size_t panels = panel_count<T>(cols_);
    const std::size_t units = divide_up(depth_, tile) * panels;
#pragma omp parallel for schedule(static)
    for (std::size_t unit = 0; unit < units; ++unit) {
      const std::size_t k = unit / panels * tile;
      const std::size_t depth = std::min(tile, depth_ - k);
      with_panel<T>(cols_, unit % panels, [&](std::size_t first, auto vectors) {
        pack_columns(matrix.row_range(k, depth), first, vectors() * kLanes<T>,
                     values_.data() + offset(k, depth, first));
      });
    }
  }

  // out[left.rows, cols] ← left·matrix + bias, on the calling thread.
  void multiply(MatrixView<const T> left, const T* bias,
                MatrixView<T> out) const {
    for_each_panel<T>(cols_, [&](std::size_t first, auto vectors) {
      multiply_panel<T, vectors()>(
          left, first,
          [&](std::size_t k, std::size_t depth) {
            return values_.data() + offset(k, depth, first);
          },
          out, PanelTerms<T>{false, bias}, AsItIs<T>());
    });
  }

 private:
  std::size_t offset(std::size_t k, std::size_t depth,
                     std::size_t first) const {
    return k * padded<T>(cols_) + first * depth;
  }

  std::size_t depth_ = 0, cols_ = 0;
  Tensor<T, 1> values_;
};

}  // namespace suite
