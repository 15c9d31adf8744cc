// The backwards of convolutions. Patches are gathered again, some lines of
// outputs at a time, so that the matrix of all of them is never made here
// either.
#pragma once

#include "primitives/convolution/convolution.h"

namespace suite {

// What they need while they run; reuse it and nothing is allocated.
template <class T>
struct ConvolutionBackward {
  Tensor<T, 2> patches;          // [places of some lines, kernel·kernel·in]
  Linear<T> sums;                // patchesᵀ·d and Σ d of a layer with a norm
  Tensor<T, 1> factors, terms;   // [out], of the norm
};

// Of convolve(): `gradient`, a layer of the same window and widths, is added
// what d_output[batch, height'·width', out] says of input[batch, height·width,
// in]. Cost: batch·height'·width'·kernel²·in·out MACs, on all threads. Throws
// Error unless all fit. The bits don't depend on the number of threads.
template <class T>
void convolution_gradient(const Tensor<T, 3>& input, const Grid& grid,
                          const Tensor<T, 3>& d_output,
                          ConvolutionBackward<T>& workspace,
                          Convolution<T>& gradient, const Meter& meter);

// d_input[batch, height·width, in] += the gradient of the input. Cost: as above.
template <class T>
void convolution_input_gradient(const Tensor<T, 3>& d_output, const Grid& grid,
                                const Convolution<T>& layer,
                                ConvolutionBackward<T>& workspace,
                                Tensor<T, 3>& d_input, const Meter& meter);

// Of convolve_norm_relu(), whose norm is frozen: running statistics are
// constants. From its `output` and the gradient d_output, which is overwritten:
// gradient and norm_gradient are added to, and so is d_input unless it is null.
// Cost: as of the two above, or of the first. Where the output is 0 no gradient
// passes.
template <class T>
void convolve_norm_relu_backward(
    const Tensor<T, 3>& input, const Grid& grid, const Convolution<T>& layer,
    const BatchNorm<T>& norm, const Tensor<T, 3>& output,
    Tensor<T, 3>& d_output, ConvolutionBackward<T>& workspace,
    Convolution<T>& gradient, BatchNorm<T>& norm_gradient,
    Tensor<T, 3>* d_input, Ledger& ledger, Part part);

}  // namespace suite
