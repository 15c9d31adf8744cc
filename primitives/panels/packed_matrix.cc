#include "primitives/panels/packed_matrix.h"

#include "primitives/panels/panel_product.h"
#include "support/check.h"

namespace suite {

template <class T>
void PackedMatrix<T>::lay_out(std::size_t depth, std::size_t cols,
                              Buffers& buffers) {
  buffers(values_, {depth * padded<T>(cols)});
}

template <class T>
void PackedMatrix<T>::pack(MatrixView<const T> matrix) {
  depth_ = matrix.rows;
  cols_ = matrix.cols;
  require(values_.size() == depth_ * padded<T>(cols_),
          "packed matrix: [{}, {}] is not what was laid out", depth_, cols_);
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

template <class T>
void PackedMatrix<T>::multiply(MatrixView<const T> left, const T* bias,
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

template <class T>
std::size_t PackedMatrix<T>::offset(std::size_t k, std::size_t depth,
                                    std::size_t first) const {
  return k * padded<T>(cols_) + first * depth;
}

template class PackedMatrix<float>;
template class PackedMatrix<double>;

}  // namespace suite
