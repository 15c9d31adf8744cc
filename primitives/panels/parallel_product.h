// A whole product on all threads: rows and panels are the units of work, and each
// thread packs the panel that it is going to use.
#pragma once

#include "primitives/panels/panel_product.h"
#include "primitives/threads.h"

namespace suite {

// The right factor [depth, cols], as it stands or transposed: what gives a panel.
template <class T>
struct RightFactor {
  MatrixView<const T> matrix;
  bool transpose = false;

  std::size_t cols() const { return transpose ? matrix.rows : matrix.cols; }
  std::size_t depth() const { return transpose ? matrix.cols : matrix.rows; }
  void pack(std::size_t k, std::size_t depth, std::size_t first,
            std::size_t width, T* panel) const {
    if (transpose) {
      const std::size_t count = std::min(width, matrix.rows - first);
      pack_rows(matrix.row_range(first, count).columns(k, depth), T(1), width,
                panel);
    } else {
      pack_columns(matrix.row_range(k, depth), first, width, panel);
    }
  }
};

namespace panel_detail {

// Rows of one unit: enough that packing a panel for them is lost in what it is
// used for (1 % at 256), few enough that every thread finds work.
inline std::size_t rows_of_a_unit(std::size_t rows, std::size_t panels) {
  constexpr std::size_t kMost = 512, kLeast = 128, kUnitsAThread = 8;
  const std::size_t wanted =
      kUnitsAThread * static_cast<std::size_t>(threads());
  std::size_t unit = kMost;
  while (unit > kLeast && divide_up(rows, unit) * panels < wanted) unit /= 2;
  return unit;
}

}  // namespace panel_detail

// out[left.rows, cols] ← after(left·right + bias), or after(out + …) if
// terms.onto. Cost: left.rows·depth·cols MACs; nothing is allocated.
template <class T, class After>
void parallel_product(MatrixView<const T> left, const RightFactor<T>& right,
                      MatrixView<T> out, const PanelTerms<T>& terms,
                      const After& after) {
  const std::size_t panels = panel_count<T>(out.cols);
  const std::size_t unit_rows = panel_detail::rows_of_a_unit(left.rows, panels);
  const std::size_t units = divide_up(left.rows, unit_rows) * panels;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t unit = 0; unit < units; ++unit) {
    const std::size_t r = unit / panels * unit_rows;
    const std::size_t rows = std::min(unit_rows, left.rows - r);
    alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> packed;
    with_panel<T>(out.cols, unit % panels, [&](std::size_t first, auto vectors) {
      const auto panel = [&](std::size_t k, std::size_t depth) {
        right.pack(k, depth, first, vectors() * kLanes<T>, packed.data());
        return packed.data();
      };
      multiply_panel<T, vectors()>(left.row_range(r, rows), first, panel,
                                   out.row_range(r, rows), terms, after);
    });
  }
}

// out[left.rows, cols] ← after(left·right), or after(out + …) if `onto`, on the
// calling thread alone.
template <class T, class After>
void serial_product(MatrixView<const T> left, const RightFactor<T>& right,
                    MatrixView<T> out, const After& after, bool onto = false) {
  alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> packed;
  for_each_panel<T>(out.cols, [&](std::size_t first, auto vectors) {
    const auto panel = [&](std::size_t k, std::size_t depth) {
      right.pack(k, depth, first, vectors() * kLanes<T>, packed.data());
      return packed.data();
    };
    multiply_panel<T, vectors()>(left, first, panel, out, PanelTerms<T>{onto},
                                 after);
  });
}

}  // namespace suite
