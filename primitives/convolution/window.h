// A square window that moves over a grid, as convolutions and pools do.
#pragma once

#include <algorithm>
#include <cstddef>

#include "primitives/tensor.h"

namespace suite {

// The positions of [batch, height·width, channels], row by row.
struct Grid {
  std::size_t height = 0;
  std::size_t width = 0;

  std::size_t positions() const { return height * width; }
  bool operator==(const Grid&) const = default;
};

// Places without an input, on both ends of one dimension.
struct Padding {
  std::size_t before = 0;
  std::size_t after = 0;

  bool operator==(const Padding&) const = default;
};

// What TensorFlow and Haiku call SAME: as little as gives ⌈size/stride⌉ outputs,
// the odd place after. (PyTorch's models pad both ends alike: they are given
// their padding.)
Padding same_padding(std::size_t size, std::size_t kernel, std::size_t stride);

struct Window {
  std::size_t kernel = 1;  // places on a side
  std::size_t stride = 1;
  Padding rows;     // above and below
  Padding columns;  // left and right

  std::size_t places() const { return kernel * kernel; }
  // Where it may stand on `input`. Throws Error unless it fits, and if a side
  // has padding for a whole kernel, which would then see no input.
  Grid outputs(const Grid& input) const;
};

// With SAME padding on both dimensions.
Window same_window(const Grid& input, std::size_t kernel, std::size_t stride);

// The part of one dimension of a window that lies on inputs.
struct Overlap {
  std::size_t first = 0;  // place of the window
  std::size_t count = 0;  // of places
  std::size_t input = 0;  // that the first of them lies on
};
Overlap overlap(std::size_t output, const Window& window,
                const Padding& padding, std::size_t inputs);

// patch[kernel·kernel·channels] ← what the window sees of image[height·width,
// channels] where it stands for output (y, x).
template <class T>
void gather_patch(MatrixView<const T> image, const Grid& grid,
                  const Window& window, std::size_t y, std::size_t x,
                  T* patch) {
  const std::size_t channels = image.cols;
  const std::size_t line = window.kernel * channels;
  const Overlap rows = overlap(y, window, window.rows, grid.height);
  const Overlap columns = overlap(x, window, window.columns, grid.width);
  T* const end = patch + window.places() * channels;
  patch = std::fill_n(patch, rows.first * line, T(0));
  for (std::size_t r = 0; r < rows.count; ++r) {
    const T* from =
        image.row((rows.input + r) * grid.width + columns.input);
    patch = std::fill_n(patch, columns.first * channels, T(0));
    patch = std::copy_n(from, columns.count * channels, patch);
    patch = std::fill_n(
        patch, (window.kernel - columns.first - columns.count) * channels,
        T(0));
  }
  std::fill(patch, end, T(0));
}

// Throws Error unless the rows of input[batch, height·width, ·] are the grid's.
template <class T>
void require_grid(const Tensor<T, 3>& input, const Grid& grid,
                  const char* what) {
  require(input.shape(1) == grid.positions(),
          "{}: {} positions are not a grid of {} by {}", what, input.shape(1),
          grid.height, grid.width);
}

}  // namespace suite
