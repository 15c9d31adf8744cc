#include "primitives/panels/packed_matrix.h"

#include "primitives/panels/panel_product.h"
#include "support/check.h"

namespace suite {

template <class T>
void PackedMatrix<T>::lay_out(std::size_t depth, std::size_t cols,
                              Buffers& buffers, std::size_t parts) {
  buffers(values_, {parts * depth * padded<T>(cols / parts)});
}

template <class T>
void PackedMatrix<T>::pack(MatrixView<const T> matrix, std::size_t parts) {
  depth_ = matrix.rows;
  cols_ = matrix.cols / parts;
  require(cols_ * parts == matrix.cols &&
              values_.size() == parts * depth_ * padded<T>(cols_),
          "packed matrix: [{}, {}] in {} parts is not what was laid out",
          depth_, matrix.cols, parts);
  const std::size_t tile = even_part(depth_, depth_tile<T>());
  const std::size_t panels = panel_count<T>(cols_);
  const std::size_t tiles = divide_up(depth_, tile);
  const std::size_t units = parts * tiles * panels;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < units; ++unit) {
    const std::size_t part = unit / panels / tiles;
    const std::size_t k = unit / panels % tiles * tile;
    const std::size_t depth = std::min(tile, depth_ - k);
    const MatrixView<const T> rows =
        matrix.row_range(k, depth).columns(part * cols_, cols_);
    with_panel<T>(cols_, unit % panels, [&](std::size_t first, auto vectors) {
      pack_columns(rows, first, vectors() * kLanes<T>,
                   values_.data() + offset(part, k, depth, first));
    });
  }
}

template <class T>
void PackedMatrix<T>::multiply(MatrixView<const T> left, const T* bias,
                               MatrixView<T> out, std::size_t part) const {
  const T* const own_bias = bias == nullptr ? nullptr : bias + part * cols_;
  for_each_panel<T>(cols_, [&](std::size_t first, auto vectors) {
    multiply_panel<T, vectors()>(
        left, first,
        [&](std::size_t k, std::size_t depth) {
          return values_.data() + offset(part, k, depth, first);
        },
        out, PanelTerms<T>{false, own_bias}, AsItIs<T>());
  });
}

template <class T>
std::size_t PackedMatrix<T>::offset(std::size_t part, std::size_t k,
                                    std::size_t depth,
                                    std::size_t first) const {
  return (part * depth_ + k) * padded<T>(cols_) + first * depth;
}

template class PackedMatrix<float>;
template class PackedMatrix<double>;

}  // namespace suite
