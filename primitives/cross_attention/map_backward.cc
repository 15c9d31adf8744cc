#include "primitives/cross_attention/map_backward.h"

#include <algorithm>

#include "primitives/cross_attention/one_pass_parts.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"

namespace suite {

template <class T>
void MapBackward<T>::lay_out(const MapBackwardSizes& sizes, Buffers& buffers) {
  sizes_ = sizes;
  const bool written = !sizes.folded;
  const std::size_t units = written ? sizes.units : 1;
  buffers(weight_, {written ? sizes.channels : 0, sizes.width});
  buffers(bias_, {written ? sizes.width : 0});
  if (written) packed_.lay_out(sizes.channels, sizes.width, buffers);
  buffers(contractions_, {units, sizes.channels, sizes.width});
  buffers(sums_, {sizes.sums ? units : 0, sizes.width});
}

template <class T>
void MapBackward<T>::lay_out_scratch(const MapBackwardSizes& sizes,
                                     std::size_t tile, Scratch& scratch,
                                     Buffers& buffers) {
  const std::size_t rows = sizes.folded ? 0 : tile;
  buffers(scratch.all, {rows, sizes.width});
  buffers(scratch.d_all, {rows, sizes.width});
  buffers(scratch.head, {rows * sizes.head()});
  buffers(scratch.d_head, {rows * padded<T>(sizes.head())});
}

template <class T>
void MapBackward<T>::begin(const Linear<T>& map, const LayerNorm<T>* norm) {
  if (sizes_.folded) return clear(0);
  for (std::size_t f = 0; f < map.out(); ++f) {
    bias_(f) = map.bias.size() > 0 ? map.bias(f) : T(0);
  }
  for (std::size_t c = 0; c < map.in(); ++c) {
    const T scale = norm != nullptr ? norm->scale(c) : T(1);
    const T offset = norm != nullptr ? norm->offset(c) : T(0);
    for (std::size_t f = 0; f < map.out(); ++f) {
      weight_(c, f) = scale * map.weight(c, f);
      bias_(f) += offset * map.weight(c, f);
    }
  }
  packed_.pack(matrix(weight_));
}

template <class T>
void MapBackward<T>::begin_range(std::size_t unit) {
  if (!sizes_.folded) clear(unit);
}

template <class T>
void MapBackward<T>::clear(std::size_t unit) {
  std::fill_n(of_unit(unit).data, sizes_.channels * sizes_.width, T(0));
  if (sizes_.sums) std::fill_n(&sums_(unit, 0), sizes_.width, T(0));
}

template <class T>
void MapBackward<T>::project(MatrixView<const T> standard,
                             Scratch& scratch) const {
  if (sizes_.folded) return;
  packed_.multiply(standard, bias_.data(),
                   matrix(scratch.all).row_range(0, standard.rows));
}

template <class T>
const T* MapBackward<T>::head(MatrixView<const T> standard, std::size_t h,
                              Scratch& scratch) const {
  if (sizes_.folded) return standard.data;
  return head_of(scratch.all, standard.rows, h, sizes_.head(), scratch.head);
}

template <class T>
T* MapBackward<T>::d_head(T* d_standard, Scratch& scratch) const {
  if (sizes_.folded) return d_standard;
  std::fill(scratch.d_head.begin(), scratch.d_head.end(), T(0));
  return scratch.d_head.data();
}

template <class T>
void MapBackward<T>::take_d_head(std::size_t count, std::size_t h,
                                 Scratch& scratch) const {
  if (sizes_.folded) return;
  const std::size_t width = sizes_.head();
  for (std::size_t r = 0; r < count; ++r) {
    copy_row(scratch.d_head.data() + r * padded<T>(width), width,
             &scratch.d_all(r, h * width));
  }
}

template <class T>
void MapBackward<T>::contract(MatrixView<const T> standard, std::size_t unit,
                              Scratch& scratch, T* panel) {
  if (sizes_.folded) return;
  const MatrixView<const T> d =
      matrix(scratch.d_all).row_range(0, standard.rows);
  add_transposed_tile(standard, d, of_unit(unit), panel);
  if (!sizes_.sums) return;
  T* const sums = &sums_(unit, 0);
  for (std::size_t r = 0; r < d.rows; ++r) {
    for (std::size_t f = 0; f < d.cols; ++f) sums[f] += d.row(r)[f];
  }
}

template <class T>
void MapBackward<T>::add_to(MatrixView<T> d_standard,
                            const Scratch& scratch) const {
  if (sizes_.folded) return;
  serial_product<T>(matrix(scratch.d_all).row_range(0, d_standard.rows),
                    {matrix(weight_), /*transpose=*/true}, d_standard,
                    AsItIs<T>(), /*onto=*/true);
}

namespace {

// The first of `units` of so many values ← the sum of all, in their order.
template <class T>
void add_up(T* first, std::size_t units, std::size_t count) {
  if (units < 2) return;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t unit = 1; unit < units; ++unit) {
      first[i] += first[unit * count + i];
    }
  }
}

}  // namespace

template <class T>
void MapBackward<T>::finish(const Linear<T>& map, const LayerNorm<T>* norm,
                            Linear<T>& gradient, LayerNorm<T>* norm_gradient) {
  const MatrixView<T> all = of_unit(0);
  add_up(all.data, contractions_.shape(0), all.rows * all.cols);
  add_up(sums_.data(), sums_.shape(0), sizes_.width);
  const T* const sums = sizes_.sums ? sums_.data() : nullptr;
  for (std::size_t f = 0; sums != nullptr && f < gradient.bias.size(); ++f) {
    gradient.bias(f) += sums[f];
  }
#pragma omp parallel for schedule(static)
  for (std::size_t c = 0; c < all.rows; ++c) {
    const T scale = norm != nullptr ? norm->scale(c) : T(1);
    const T offset = norm != nullptr ? norm->offset(c) : T(0);
    T d_scale = 0, d_offset = 0;
    for (std::size_t f = 0; f < all.cols; ++f) {
      const T g = all.row(c)[f], weight = map.weight(c, f);
      const T sum = sums != nullptr ? sums[f] : T(0);
      gradient.weight(c, f) += scale * g + offset * sum;
      d_scale += weight * g;
      d_offset += weight * sum;
    }
    if (norm == nullptr) continue;
    norm_gradient->scale(c) += d_scale;
    norm_gradient->offset(c) += d_offset;
  }
}

template class MapBackward<float>;
template class MapBackward<double>;

}  // namespace suite
