#include "primitives/convolution/convolution_backward.h"

#include <algorithm>

#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"

namespace suite {
namespace {

// Lines of outputs whose patches exist at once.
std::size_t lines_at_once(const Grid& outputs) {
  constexpr std::size_t kPlaces = 1024;
  return std::clamp<std::size_t>(kPlaces / outputs.width, 1, outputs.height);
}

// Calls each(b, first, lines) for all lines of all examples, in order.
template <class Each>
void for_each_lines(std::size_t batch, const Grid& outputs, const Each& each) {
  const std::size_t most = lines_at_once(outputs);
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t first = 0; first < outputs.height; first += most) {
      each(b, first, std::min(most, outputs.height - first));
    }
  }
}

// Room for the patches of as many lines.
template <class T>
void lay_out(const Grid& outputs, std::size_t depth,
             ConvolutionBackward<T>& workspace) {
  workspace.patches.resize({lines_at_once(outputs) * outputs.width, depth});
}

template <class T>
void require_fit(const Tensor<T, 3>& image, const Grid& grid,
                 const Convolution<T>& layer, const Tensor<T, 3>& d_output) {
  require_grid(image, grid, "convolution");
  require_grid(d_output, layer.window.outputs(grid), "convolution's gradient");
  require(image.shape(2) == layer.in() && d_output.shape(2) == layer.out() &&
              image.shape(0) == d_output.shape(0),
          "convolution's gradient: {} examples of {} channels for {} of {}, "
          "the weight maps {} to {}",
          d_output.shape(0), d_output.shape(2), image.shape(0), image.shape(2),
          layer.in(), layer.out());
}

// sums.weight += patchesᵀ·d_output, sums.bias += Σ d_output.
template <class T>
void add_sums(const Tensor<T, 3>& input, const Grid& grid, const Window& window,
              const Tensor<T, 3>& d_output, ConvolutionBackward<T>& workspace,
              Linear<T>& sums) {
  const Grid outputs = window.outputs(grid);
  lay_out(outputs, sums.in(), workspace);
  for_each_lines(
      input.shape(0), outputs,
      [&](std::size_t b, std::size_t first, std::size_t lines) {
        const MatrixView<T> patches =
            matrix(workspace.patches).row_range(0, lines * outputs.width);
#pragma omp parallel for schedule(static)
        for (std::size_t r = 0; r < patches.rows; ++r) {
          gather_patch(example(input, b), grid, window,
                       first + r / outputs.width, r % outputs.width,
                       patches.row(r));
        }
        add_transposed_product<T>(patches,
                                  example(d_output, b).row_range(
                                      first * outputs.width, patches.rows),
                                  matrix(sums.weight));
      });
  if (sums.bias.size() > 0) {
    add_column_sums(all_rows(d_output), sums.bias.data());
  }
}

// image line `y` += what the windows of the lines first … of outputs saw of it.
template <class T>
void scatter_line(MatrixView<const T> patches, const Grid& grid,
                  const Grid& outputs, const Window& window, std::size_t first,
                  std::size_t y, MatrixView<T> image) {
  const std::size_t line = window.kernel * image.cols;
  const std::size_t lines = patches.rows / outputs.width;
  for (std::size_t o = first; o < first + lines; ++o) {
    const Overlap rows = overlap(o, window, window.rows, grid.height);
    if (y < rows.input || y >= rows.input + rows.count) continue;
    const std::size_t place = rows.first + y - rows.input;
    for (std::size_t x = 0; x < outputs.width; ++x) {
      const Overlap columns = overlap(x, window, window.columns, grid.width);
      const T* from = patches.row((o - first) * outputs.width + x) +
                      place * line + columns.first * image.cols;
      T* to = image.row(y * grid.width + columns.input);
      for (std::size_t i = 0; i < columns.count * image.cols; ++i) {
        to[i] += from[i];
      }
    }
  }
}

}  // namespace

template <class T>
void convolution_gradient(const Tensor<T, 3>& input, const Grid& grid,
                          const Tensor<T, 3>& d_output,
                          ConvolutionBackward<T>& workspace,
                          Convolution<T>& gradient, const Meter& meter) {
  require_fit(input, grid, gradient, d_output);
  const std::size_t weights = gradient.map.weight.size();
  const Work work{
      .macs = all_rows(d_output).rows * weights,
      .bytes_moved = bytes_of(input) + bytes_of(d_output) +
                     2 * bytes_of(gradient.map.weight)};
  if (!meter.add(work)) return;
  add_sums(input, grid, gradient.window, d_output, workspace, gradient.map);
}

template <class T>
void convolution_input_gradient(const Tensor<T, 3>& d_output, const Grid& grid,
                                const Convolution<T>& layer,
                                ConvolutionBackward<T>& workspace,
                                Tensor<T, 3>& d_input, const Meter& meter) {
  require_fit(d_input, grid, layer, d_output);
  const Grid outputs = layer.window.outputs(grid);
  const Work work{
      .macs = all_rows(d_output).rows * layer.map.weight.size(),
      .bytes_moved = 2 * bytes_of(d_input) + bytes_of(d_output) +
                     bytes_of(layer.map.weight)};
  if (!meter.add(work)) return;
  lay_out(outputs, layer.map.in(), workspace);
  for_each_lines(
      d_input.shape(0), outputs,
      [&](std::size_t b, std::size_t first, std::size_t lines) {
        const MatrixView<T> patches =
            matrix(workspace.patches).row_range(0, lines * outputs.width);
        parallel_product<T>(
            example(d_output, b).row_range(first * outputs.width, patches.rows),
            {matrix(layer.map.weight), /*transpose=*/true}, patches, {},
            AsItIs<T>());
        // Windows overlap: a thread owns lines of the input.
#pragma omp parallel for schedule(static)
        for (std::size_t y = 0; y < grid.height; ++y) {
          scatter_line<T>(patches, grid, outputs, layer.window, first, y,
                          example(d_input, b));
        }
      });
}

template <class T>
void convolve_norm_relu_backward(
    const Tensor<T, 3>& input, const Grid& grid, const Convolution<T>& layer,
    const BatchNorm<T>& norm, const Tensor<T, 3>& output,
    Tensor<T, 3>& d_output, ConvolutionBackward<T>& w, Convolution<T>& gradient,
    BatchNorm<T>& norm_gradient, Tensor<T, 3>* d_input, Ledger& ledger,
    Part part) {
  require_fit(input, grid, layer, d_output);
  require(output.shape() == d_output.shape() &&
              norm.channels() == layer.out() &&
              norm_gradient.channels() == layer.out() &&
              gradient.map.weight.shape() == layer.map.weight.shape(),
          "convolution's gradient: {} values of {}, a norm of {} channels",
          d_output.size(), output.size(), norm.channels());
  const Work work{
      .macs = all_rows(d_output).rows * layer.map.weight.size(),
      .bytes_moved = bytes_of(input) + bytes_of(output) +
                     2 * bytes_of(d_output) +
                     2 * bytes_of(gradient.map.weight)};
  const std::size_t depth = layer.map.in(), channels = layer.out();
  if (ledger[part].add(work)) {
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < output.size(); ++i) {
      if (output.data()[i] <= T(0)) d_output.data()[i] = T(0);
    }
    w.sums.weight.resize({depth, channels});
    w.sums.bias.resize({channels});
    w.sums.weight.fill(T(0));
    w.sums.bias.fill(T(0));
    add_sums(input, grid, layer.window, d_output, w, w.sums);
    w.factors.resize({channels});
    w.terms.resize({channels});
    norm.as_affine(bias_of(layer.map), w.factors.data(), w.terms.data());
    norm.add_gradient(layer.map, w.sums, norm_gradient);
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t c = 0; c < channels; ++c) {
        gradient.map.weight(k, c) += w.factors(c) * w.sums.weight(k, c);
      }
    }
    for (std::size_t c = 0; c < gradient.map.bias.size(); ++c) {
      gradient.map.bias(c) += w.factors(c) * w.sums.bias(c);
    }
    for (std::size_t i = 0; d_input != nullptr && i < d_output.size(); ++i) {
      d_output.data()[i] *= w.factors(i % channels);
    }
  }
  if (d_input == nullptr) return;
  convolution_input_gradient(d_output, grid, layer, w, *d_input, ledger[part]);
}

#define SUITE_INSTANTIATE(T)                                                  \
  template void convolution_gradient<T>(                                      \
      const Tensor<T, 3>&, const Grid&, const Tensor<T, 3>&,                  \
      ConvolutionBackward<T>&, Convolution<T>&, const Meter&);                \
  template void convolution_input_gradient<T>(                                \
      const Tensor<T, 3>&, const Grid&, const Convolution<T>&,                \
      ConvolutionBackward<T>&, Tensor<T, 3>&, const Meter&);                  \
  template void convolve_norm_relu_backward<T>(                               \
      const Tensor<T, 3>&, const Grid&, const Convolution<T>&,                \
      const BatchNorm<T>&, const Tensor<T, 3>&, Tensor<T, 3>&,                \
      ConvolutionBackward<T>&, Convolution<T>&, BatchNorm<T>&, Tensor<T, 3>*, \
      Ledger&, Part)
SUITE_INSTANTIATE(float);
SUITE_INSTANTIATE(double);
#undef SUITE_INSTANTIATE

}  // namespace suite
