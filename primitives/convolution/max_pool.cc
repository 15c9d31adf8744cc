#include "primitives/convolution/max_pool.h"

#include <algorithm>

namespace suite {
namespace {

// to[channels] ← the larger of to and from.
template <class T>
void keep_larger(const T* from, std::size_t channels, T* to) {
#pragma omp simd
  for (std::size_t c = 0; c < channels; ++c) {
    const T value = from[c];
    to[c] = value > to[c] || value != value ? value : to[c];
  }
}

// to[channels] ← the maxima over the window. It sees at least one input.
template <class T>
void pool(MatrixView<const T> image, const Grid& grid, const Overlap& rows,
          const Overlap& columns, T* to) {
  const auto input = [&](std::size_t r, std::size_t c) {
    return image.row((rows.input + r) * grid.width + columns.input + c);
  };
  std::copy_n(input(0, 0), image.cols, to);
  for (std::size_t r = 0; r < rows.count; ++r) {
    for (std::size_t c = 0; c < columns.count; ++c) {
      keep_larger(input(r, c), image.cols, to);
    }
  }
}

}  // namespace

template <class T>
void max_pool(const Tensor<T, 3>& input, const Grid& grid, const Window& window,
              Tensor<T, 3>& output, const Meter& meter) {
  require_grid(input, grid, "max pool");
  const Grid outputs = window.outputs(grid);
  output.resize({input.shape(0), outputs.positions(), input.shape(2)});
  if (!meter.add({.bytes_moved = bytes_of(input) + bytes_of(output)})) return;
  const MatrixView<T> out = all_rows(output);
#pragma omp parallel for schedule(static)
  for (std::size_t row = 0; row < out.rows; ++row) {
    const std::size_t position = row % outputs.positions();
    pool(example(input, row / outputs.positions()), grid,
         overlap(position / outputs.width, window, window.rows, grid.height),
         overlap(position % outputs.width, window, window.columns, grid.width),
         out.row(row));
  }
}

template void max_pool<float>(const Tensor<float, 3>&, const Grid&,
                              const Window&, Tensor<float, 3>&, const Meter&);
template void max_pool<double>(const Tensor<double, 3>&, const Grid&,
                               const Window&, Tensor<double, 3>&, const Meter&);

}  // namespace suite
