// Cases that convolutions and pools are tried with.
#pragma once

#include <vector>

#include "primitives/convolution/window.h"
#include "primitives/testing.h"

namespace suite {

struct WindowCase {
  Grid grid;
  Window window;
};

// Windows of one place, as large as the grid, with gaps between them, SAME, and
// with each of the four paddings of its own.
inline std::vector<WindowCase> window_cases() {
  return {{{1, 1}, {1, 1, {}, {}}},
          {{5, 7}, {1, 2, {}, {}}},
          {{3, 3}, {3, 1, {}, {}}},
          {{9, 10}, {2, 3, {}, {}}},
          {{1, 13}, same_window({1, 13}, 3, 1)},
          {{16, 15}, same_window({16, 15}, 7, 2)},
          {{14, 14}, same_window({14, 14}, 3, 2)},
          {{8, 6}, {5, 2, {3, 1}, {0, 4}}},
          {{2, 2}, {3, 1, {2, 2}, {2, 2}}}};
}

// The input of a place of the window, or null where that is padding. In signed
// arithmetic, unlike what it judges.
template <class T>
const T* seen(MatrixView<const T> image, const WindowCase& at, std::size_t y,
              std::size_t x, std::size_t row, std::size_t column) {
  const auto place = [&](std::size_t output, std::size_t inside,
                         std::size_t before) {
    return static_cast<long>(output * at.window.stride + inside) -
           static_cast<long>(before);
  };
  const long r = place(y, row, at.window.rows.before);
  const long c = place(x, column, at.window.columns.before);
  const long height = static_cast<long>(at.grid.height);
  const long width = static_cast<long>(at.grid.width);
  if (r < 0 || c < 0 || r >= height || c >= width) return nullptr;
  return image.row(static_cast<std::size_t>(r * width + c));
}

}  // namespace suite
