// Two-dimensional convolution, channels last, as the product of patches and a
// weight. The matrix of all patches is never made: each thread gathers some
// rows of it, which stay in its cache while they are multiplied.
#pragma once

#include "primitives/convolution/batch_norm.h"
#include "primitives/convolution/window.h"
#include "primitives/cost.h"
#include "primitives/layers/linear.h"

namespace suite {

// A kernel of one place with stride 1 is a Linear: use that.
template <class T>
struct Convolution {
  Window window;
  Linear<T> map;  // [kernel·kernel·in, out]: row of the window, column, channel

  Convolution() = default;
  Convolution(std::size_t in, std::size_t out, const Window& window,
              Bias has_bias = Bias::with);

  std::size_t in() const { return map.in() / window.places(); }
  std::size_t out() const { return map.out(); }
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    map.for_each_parameter(name, visit);
  }
};

// What a convolution needs while it runs; reuse it and nothing is allocated.
template <class T>
struct ConvolutionBuffers {
  Tensor<T, 3> patches;  // [threads, tile, kernel·kernel·in]
  Tensor<T, 1> factors;  // [out], of a batch norm; in whole vectors
  Tensor<T, 1> terms;    // [out]

  static std::uint64_t bytes(const Convolution<T>& layer, bool normed,
                             int threads);
};

// output[batch, height'·width', out] ← convolution of
// input[batch, height·width, in] on `grid`, padded with zeros, plus the bias;
// resized to fit. height' and width' are those of layer.window.outputs(grid).
// Cost: batch·height'·width'·kernel²·in·out MACs, padding counted as if it were
// input, as is usual; on all threads. Throws Error unless channels, grid and
// window fit. The bits don't depend on the number of threads.
template <class T>
void convolve(const Tensor<T, 3>& input, const Grid& grid,
              const Convolution<T>& layer, ConvolutionBuffers<T>& buffers,
              Tensor<T, 3>& output, const Meter& meter);

// output ← max(0, norm(convolution)), in the same pass: the norm's factors go
// into the weight as it is packed, what it adds into the bias.
template <class T>
void convolve_norm_relu(const Tensor<T, 3>& input, const Grid& grid,
                        const Convolution<T>& layer, const BatchNorm<T>& norm,
                        ConvolutionBuffers<T>& buffers, Tensor<T, 3>& output,
                        const Meter& meter);

}  // namespace suite
