// Products of a matrix with panels: what layers are made of. The right factor is
// packed into panels, one depth tile after the other, so that each lies in the
// first-level cache while the rows pass. On the calling thread; no allocation.
//
// An element's sum runs over the depth from first to last, however rows and
// columns are divided: neither tiles nor threads change a bit.
#pragma once

#include <array>

#include "primitives/panels/block_product.h"
#include "primitives/panels/caches.h"

namespace suite {

// What a product makes of a finished sum: nothing more.
template <class T>
struct AsItIs {
  Vec<T> operator()(const Vec<T>& sum) const { return sum; }
};

// Where the sums of a panel begin and what is added at their end.
template <class T>
struct PanelTerms {
  bool onto = false;        // begin with what `out` holds
  const T* bias = nullptr;  // of every column of the matrix, or null
};

namespace panel_detail {

// Vectors of some rows of `out`, the last of which may be cut short.
template <class T, std::size_t vectors>
struct Columns {
  T* corner;
  std::size_t stride;
  std::size_t last;  // lanes of the last vector

  Vec<T> get(std::size_t r, std::size_t v) const {
    const T* at = corner + r * stride + v * kLanes<T>;
    const bool cut = v + 1 == vectors && last < kLanes<T>;
    return cut ? load_first(at, last) : load(at);
  }
  void set(std::size_t r, std::size_t v, const Vec<T>& value) const {
    T* at = corner + r * stride + v * kLanes<T>;
    if (v + 1 == vectors && last < kLanes<T>) {
      store_first(at, value, last);
    } else {
      store(at, value);
    }
  }
};

// out[left.rows, out.cols] (+)= left · panel, over one depth tile.
template <class T, std::size_t vectors, class Finish>
void multiply_tile(MatrixView<const T> left, const T* panel, MatrixView<T> out,
                   bool onto, const Finish& finish) {
  for_each_block(left.rows, [&](std::size_t first, auto rows) {
    const Columns<T, vectors> columns{
        out.row(first), out.stride, out.cols - (vectors - 1) * kLanes<T>};
    block_product<T, rows(), vectors, LeftOrder::row_by_row>(
        left.row(first), left.stride, left.cols, panel,
        [=](std::size_t r, std::size_t v) {
          return onto ? columns.get(r, v) : Vec<T>(T(0));
        },
        [=, &finish](std::size_t r, std::size_t v, const Vec<T>& sum) {
          columns.set(r, v, finish(v, sum));
        });
  });
}

// The same, into memory and no further.
template <class T, std::size_t vectors>
void multiply_tile(MatrixView<const T> left, const T* panel, MatrixView<T> out,
                   bool onto) {
  multiply_tile<T, vectors>(
      left, panel, out, onto,
      [](std::size_t, const Vec<T>& sum) { return sum; });
}

}  // namespace panel_detail

// The columns from `first` on, as many as a panel of `vectors` has, of
// out[left.rows, cols] ← after(left·right + bias), or after(out + left·right +
// bias) if terms.onto. `panel(k, depth)` is the panel of the depth tile
// [k, k + depth); it is asked for once.
template <class T, std::size_t vectors, class Panel, class After>
void multiply_panel(MatrixView<const T> left, std::size_t first,
                    const Panel& panel, MatrixView<T> out,
                    const PanelTerms<T>& terms, const After& after) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const std::size_t count = std::min(kWidth, out.cols - first);
  alignas(64) std::array<T, kWidth> bias{};
  if (terms.bias != nullptr) {
    std::copy_n(terms.bias + first, count, bias.begin());
  }
  const MatrixView<T> columns = out.columns(first, count);
  const std::size_t tile = even_part(left.cols, depth_tile<T>());
  for (std::size_t k = 0; k < left.cols; k += tile) {
    const std::size_t depth = std::min(tile, left.cols - k);
    const MatrixView<const T> part = left.columns(k, depth);
    const bool onto = terms.onto || k > 0;
    if (k + depth < left.cols) {
      panel_detail::multiply_tile<T, vectors>(part, panel(k, depth), columns,
                                              onto);
    } else {
      panel_detail::multiply_tile<T, vectors>(
          part, panel(k, depth), columns, onto,
          [&](std::size_t v, const Vec<T>& sum) {
            return after(sum + load(bias.data() + v * kLanes<T>));
          });
    }
  }
}

}  // namespace suite
