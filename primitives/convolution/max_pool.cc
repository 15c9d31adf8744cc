#include "primitives/convolution/max_pool.h"

#include <algorithm>
#include <array>

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

// The channels that a unit of the backward owns: windows overlap.
template <class T>
constexpr std::size_t kOwned = 64 / sizeof(T);

// d_image += the gradients d[channels] of one window's maxima, `channels` of
// them, at most kOwned, from `first` on.
template <class T>
void pool_backward(MatrixView<const T> image, const Grid& grid,
                   const Overlap& rows, const Overlap& columns,
                   std::size_t first, std::size_t channels, const T* d,
                   MatrixView<T> d_image) {
  std::array<T, kOwned<T>> largest;
  std::array<std::size_t, kOwned<T>> where;
  for (std::size_t r = 0; r < rows.count; ++r) {
    for (std::size_t c = 0; c < columns.count; ++c) {
      const std::size_t position =
          (rows.input + r) * grid.width + columns.input + c;
      const T* values = image.row(position) + first;
      for (std::size_t i = 0; i < channels; ++i) {
        const T value = values[i];
        if ((r > 0 || c > 0) && !(value > largest[i] || value != value)) {
          continue;
        }
        largest[i] = value;
        where[i] = position;
      }
    }
  }
  for (std::size_t i = 0; i < channels; ++i) {
    d_image.row(where[i])[first + i] += d[first + i];
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

template <class T>
void max_pool_backward(const Tensor<T, 3>& input, const Grid& grid,
                       const Window& window, const Tensor<T, 3>& d_output,
                       Tensor<T, 3>& d_input, const Meter& meter) {
  require_grid(input, grid, "max pool");
  const Grid outputs = window.outputs(grid);
  const std::size_t batch = input.shape(0), channels = input.shape(2);
  require(d_output.shape(0) == batch && d_output.shape(2) == channels,
          "max pool: a gradient of {} examples of {} channels for {} of {}",
          d_output.shape(0), d_output.shape(2), batch, channels);
  require_grid(d_output, outputs, "max pool's gradient");
  d_input.resize(input.shape());
  const Work work{.bytes_moved = 2 * bytes_of(input) + bytes_of(d_output)};
  if (!meter.add(work)) return;
  const std::size_t units = (channels + kOwned<T> - 1) / kOwned<T>;
#pragma omp parallel for schedule(static)
  for (std::size_t unit = 0; unit < batch * units; ++unit) {
    const std::size_t b = unit / units, first = unit % units * kOwned<T>;
    const std::size_t count = std::min(kOwned<T>, channels - first);
    const MatrixView<T> to = example(d_input, b);
    for (std::size_t r = 0; r < to.rows; ++r) {
      std::fill_n(to.row(r) + first, count, T(0));
    }
    for (std::size_t o = 0; o < outputs.positions(); ++o) {
      pool_backward(
          example(input, b), grid,
          overlap(o / outputs.width, window, window.rows, grid.height),
          overlap(o % outputs.width, window, window.columns, grid.width), first,
          count, example(d_output, b).row(o), to);
    }
  }
}

template void max_pool<float>(const Tensor<float, 3>&, const Grid&,
                              const Window&, Tensor<float, 3>&, const Meter&);
template void max_pool<double>(const Tensor<double, 3>&, const Grid&,
                               const Window&, Tensor<double, 3>&, const Meter&);

template void max_pool_backward<float>(const Tensor<float, 3>&, const Grid&,
                                       const Window&, const Tensor<float, 3>&,
                                       Tensor<float, 3>&, const Meter&);
template void max_pool_backward<double>(const Tensor<double, 3>&, const Grid&,
                                        const Window&, const Tensor<double, 3>&,
                                        Tensor<double, 3>&, const Meter&);

}  // namespace suite
