#include "primitives/convolution/convolution.h"

#include <omp.h>

#include <algorithm>

#include "primitives/panels/panel_product.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Patches of a unit of work: they and their products stay in the second-level
// cache. Packing a panel of the weight for 64 of them costs about as much as
// two or three; for 256, next to nothing.
template <class T>
std::size_t patch_tile(std::size_t depth) {
  constexpr std::size_t kLeast = 64, kMost = 256;
  const std::size_t fit = second_level_cache_bytes() / 2 / (sizeof(T) * depth);
  return std::clamp(fit / kBlockRows * kBlockRows, kLeast, kMost);
}

// Room for one vector more than the channels fill.
template <class T>
std::size_t normed_values(std::size_t channels, bool normed) {
  return normed ? padded<T>(channels) : 0;
}

// panel[depth, vectors·lanes] ·= factors, column by column.
template <class T, std::size_t vectors>
void scale_columns(std::size_t depth, const T* factors, T* panel) {
  for (std::size_t k = 0; k < depth; ++k) {
    for (std::size_t v = 0; v < vectors; ++v, panel += kLanes<T>) {
      store(panel, load(panel) * load(factors + v * kLanes<T>));
    }
  }
}

// out[patches.rows, out] ← after(patches·W·factors + bias), on this thread.
template <class T, class After>
void multiply(MatrixView<const T> patches, const Tensor<T, 2>& weight,
              const T* factors, const T* bias, MatrixView<T> out,
              const After& after) {
  alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> packed;
  for_each_panel<T>(out.cols, [&](std::size_t first, auto vectors) {
    const auto panel = [&](std::size_t k, std::size_t depth) {
      pack_columns(matrix(weight).row_range(k, depth), first,
                   vectors() * kLanes<T>, packed.data());
      if (factors != nullptr) {
        scale_columns<T, vectors()>(depth, factors + first, packed.data());
      }
      return packed.data();
    };
    multiply_panel<T, vectors()>(patches, first, panel, out,
                                 PanelTerms<T>{false, bias}, after);
  });
}

// `norm` may be null.
template <class T, class After>
void run(const Tensor<T, 3>& input, const Grid& grid,
         const Convolution<T>& layer, const BatchNorm<T>* norm,
         ConvolutionBuffers<T>& buffers, Tensor<T, 3>& output,
         const Meter& meter, const After& after) {
  require_grid(input, grid, "convolution");
  require(input.shape(2) == layer.in(),
          "convolution: the input has {} channels, the weight expects {}",
          input.shape(2), layer.in());
  require(norm == nullptr || norm->channels() == layer.out(),
          "convolution: its batch norm has {} channels, it has {}",
          norm == nullptr ? 0 : norm->channels(), layer.out());
  const Grid outputs = layer.window.outputs(grid);
  const std::size_t depth = layer.map.in(), channels = layer.out();
  output.resize({input.shape(0), outputs.positions(), channels});
  const MatrixView<T> out = all_rows(output);
  const Work work{.macs = out.rows * depth * channels,
                  .bytes_moved = bytes_of(input) + bytes_of(layer.map.weight) +
                                 bytes_of(output)};
  if (!meter.add(work)) return;

  const std::size_t tile = patch_tile<T>(depth);
  buffers.patches.resize({static_cast<std::size_t>(threads()), tile, depth});
  buffers.factors.resize({normed_values<T>(channels, norm != nullptr)});
  buffers.terms.resize({norm == nullptr ? 0 : channels});
  const T* factors = nullptr;
  const T* bias = bias_of(layer.map);
  if (norm != nullptr) {
    buffers.factors.fill(T(0));
    norm->as_affine(bias, buffers.factors.data(), buffers.terms.data());
    factors = buffers.factors.data();
    bias = buffers.terms.data();
  }
#pragma omp parallel for schedule(dynamic)
  for (std::size_t first = 0; first < out.rows; first += tile) {
    const std::size_t count = std::min(tile, out.rows - first);
    const MatrixView<T> patches =
        example(buffers.patches, omp_get_thread_num()).row_range(0, count);
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t position = (first + r) % outputs.positions();
      gather_patch(example(input, (first + r) / outputs.positions()), grid,
                   layer.window, position / outputs.width,
                   position % outputs.width, patches.row(r));
    }
    multiply<T>(patches, layer.map.weight, factors, bias,
                out.row_range(first, count), after);
  }
}

}  // namespace

template <class T>
Convolution<T>::Convolution(std::size_t in, std::size_t out, const Window& w,
                            Bias has_bias)
    : window(w), map(w.places() * in, out, has_bias) {
  require(in > 0 && out > 0 && w.places() > 0,
          "a convolution of {} to {} channels with a kernel of {}: each must be "
          "at least 1",
          in, out, w.kernel);
}

template <class T>
std::uint64_t ConvolutionBuffers<T>::bytes(const Convolution<T>& layer,
                                           bool normed, int threads) {
  const std::size_t depth = layer.map.in();
  return sizeof(T) * (static_cast<std::size_t>(threads) * patch_tile<T>(depth) *
                          depth +
                      normed_values<T>(layer.out(), normed) +
                      (normed ? layer.out() : 0));
}

template <class T>
void convolve(const Tensor<T, 3>& input, const Grid& grid,
              const Convolution<T>& layer, ConvolutionBuffers<T>& buffers,
              Tensor<T, 3>& output, const Meter& meter) {
  run<T>(input, grid, layer, nullptr, buffers, output, meter, AsItIs<T>());
}

template <class T>
void convolve_norm_relu(const Tensor<T, 3>& input, const Grid& grid,
                        const Convolution<T>& layer, const BatchNorm<T>& norm,
                        ConvolutionBuffers<T>& buffers, Tensor<T, 3>& output,
                        const Meter& meter) {
  // Not a maximum, which would hide a NaN.
  run<T>(input, grid, layer, &norm, buffers, output, meter,
         [zero = Vec<T>(T(0))](const Vec<T>& sum) {
           return Vec<T>(xsimd::select(sum < zero, zero, sum));
         });
}

#define SUITE_INSTANTIATE(T)                                                  \
  template struct Convolution<T>;                                             \
  template struct ConvolutionBuffers<T>;                                      \
  template void convolve<T>(const Tensor<T, 3>&, const Grid&,                 \
                            const Convolution<T>&, ConvolutionBuffers<T>&,    \
                            Tensor<T, 3>&, const Meter&);                     \
  template void convolve_norm_relu<T>(                                        \
      const Tensor<T, 3>&, const Grid&, const Convolution<T>&,                \
      const BatchNorm<T>&, ConvolutionBuffers<T>&, Tensor<T, 3>&, const Meter&)
SUITE_INSTANTIATE(float);
SUITE_INSTANTIATE(double);
#undef SUITE_INSTANTIATE

}  // namespace suite
