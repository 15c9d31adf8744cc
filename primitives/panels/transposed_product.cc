#include "primitives/panels/transposed_product.h"

#include <algorithm>
#include <array>

#include "primitives/panels/panel_product.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// So many columns of the left factor lie in the second-level cache at once.
constexpr std::size_t kMostLeft = 256, kLeastLeft = 64;
// Panels of a unit share what is packed of the left factor.
constexpr std::size_t kMostPanels = 4;
constexpr std::size_t kUnitsAThread = 3;

// How the result is cut for the threads at hand.
struct Cuts {
  std::size_t left = kMostLeft, panels = kMostPanels;
  std::size_t lefts = 0, groups = 0;

  Cuts(std::size_t left_cols, std::size_t all_panels) {
    const std::size_t wanted =
        kUnitsAThread * static_cast<std::size_t>(threads());
    const auto count = [&] {
      lefts = divide_up(left_cols, left);
      groups = divide_up(all_panels, panels);
      return lefts * groups;
    };
    while (count() < wanted && (panels > 1 || left > kLeastLeft)) {
      (panels > 1 ? panels : left) /= 2;
    }
  }
};

// out += leftᵀ·right for one tile of rows and the columns of one panel of out.
template <class T>
void add_tile(const T* left, std::size_t left_stride, std::size_t left_cols,
              MatrixView<const T> right, std::size_t panel_index,
              MatrixView<T> out, T* panel) {
  with_panel<T>(out.cols, panel_index, [&](std::size_t first, auto vectors) {
    constexpr std::size_t kWidth = vectors() * kLanes<T>;
    pack_columns(right, first, kWidth, panel);
    const std::size_t count = std::min(kWidth, out.cols - first);
    for_each_block(left_cols, [&](std::size_t c, auto rows) {
      const panel_detail::Columns<T, vectors()> columns{
          out.row(c) + first, out.stride, count - (vectors() - 1) * kLanes<T>};
      block_product<T, rows(), vectors(), LeftOrder::depth_by_depth>(
          left + c, left_stride, right.rows, panel,
          [=](std::size_t r, std::size_t v) { return columns.get(r, v); },
          [=](std::size_t r, std::size_t v, const Vec<T>& sum) {
            columns.set(r, v, sum);
          });
    });
  });
}

}  // namespace

template <class T>
void add_transposed_tile(MatrixView<const T> left, MatrixView<const T> right,
                         MatrixView<T> out, T* panel) {
  for (std::size_t p = 0; p < panel_count<T>(out.cols); ++p) {
    add_tile(left.data, left.stride, left.cols, right, p, out, panel);
  }
}

template <class T>
void add_transposed_serial(MatrixView<const T> left, MatrixView<const T> right,
                           MatrixView<T> out) {
  alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> panel;
  const std::size_t tile = depth_tile<T>();
  for (std::size_t n = 0; n < left.rows; n += tile) {
    const std::size_t count = std::min(tile, left.rows - n);
    add_transposed_tile(left.row_range(n, count), right.row_range(n, count),
                        out, panel.data());
  }
}

template <class T>
void add_transposed_product(MatrixView<const T> left, MatrixView<const T> right,
                            MatrixView<T> out) {
  const std::size_t panels = panel_count<T>(out.cols);
  const Cuts cuts(left.cols, panels);
  const std::size_t depth = depth_tile<T>();
#pragma omp parallel
  {
    alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> panel;
    // On the stack, so that a second pass allocates nothing.
    alignas(64) std::array<T, kMostDepth * apart<T>(kMostLeft)> packed;
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < cuts.lefts * cuts.groups; ++unit) {
      const std::size_t first = unit / cuts.groups * cuts.left;
      const std::size_t count = std::min(cuts.left, left.cols - first);
      const std::size_t stride = apart<T>(count);
      const std::size_t group = unit % cuts.groups * cuts.panels;
      const std::size_t end = std::min(group + cuts.panels, panels);
      for (std::size_t k = 0; k < left.rows; k += depth) {
        const std::size_t rows = std::min(depth, left.rows - k);
        for (std::size_t r = 0; r < rows; ++r) {
          copy_row(left.row(k + r) + first, count, packed.data() + r * stride);
        }
        for (std::size_t p = group; p < end; ++p) {
          add_tile(packed.data(), stride, count, right.row_range(k, rows), p,
                   out.row_range(first, count), panel.data());
        }
      }
    }
  }
}

template <class T>
void add_column_sums(MatrixView<const T> rows, T* sums) {
  constexpr std::size_t kColumns = 64 / sizeof(T);
#pragma omp parallel for schedule(static)
  for (std::size_t first = 0; first < rows.cols; first += kColumns) {
    const std::size_t count = std::min(kColumns, rows.cols - first);
    std::array<T, kColumns> some{};
    for (std::size_t r = 0; r < rows.rows; ++r) {
      const T* row = rows.row(r) + first;
      for (std::size_t c = 0; c < count; ++c) some[c] += row[c];
    }
    for (std::size_t c = 0; c < count; ++c) sums[first + c] += some[c];
  }
}

template void add_transposed_product<float>(MatrixView<const float>,
                                            MatrixView<const float>,
                                            MatrixView<float>);
template void add_transposed_product<double>(MatrixView<const double>,
                                             MatrixView<const double>,
                                             MatrixView<double>);
template void add_transposed_tile<float>(MatrixView<const float>,
                                         MatrixView<const float>,
                                         MatrixView<float>, float*);
template void add_transposed_tile<double>(MatrixView<const double>,
                                          MatrixView<const double>,
                                          MatrixView<double>, double*);
template void add_transposed_serial<float>(MatrixView<const float>,
                                           MatrixView<const float>,
                                           MatrixView<float>);
template void add_transposed_serial<double>(MatrixView<const double>,
                                            MatrixView<const double>,
                                            MatrixView<double>);
template void add_column_sums<float>(MatrixView<const float>, float*);
template void add_column_sums<double>(MatrixView<const double>, double*);

}  // namespace suite
