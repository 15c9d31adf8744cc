// Layer normalisation (Ba et al. 2016) over channels, with a learned scale and
// offset: biased variance, ε = 1e-5 inside the root, as in the published code.
#pragma once

#include <string>

#include "primitives/buffers.h"
#include "primitives/cost.h"
#include "primitives/parameter.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
struct LayerNorm {
  static constexpr double kEpsilon = 1e-5;

  Tensor<T, 1> scale;   // [channels]
  Tensor<T, 1> offset;  // [channels]

  LayerNorm() = default;
  explicit LayerNorm(std::size_t channels);
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
};

// to[rows, channels] ← the normalised from[rows, channels], on the calling
// thread. A row's bits don't depend on those beside it.
template <class T>
void normalise_rows(MatrixView<const T> from, const LayerNorm<T>& layer,
                    MatrixView<T> to);

// output[batch, rows, channels] ← normalised input, resized to fit.
// Cost: no MACs; reads the input and writes the output once. Throws Error
// unless the channels fit.
template <class T>
void layer_norm(const Tensor<T, 3>& input, const LayerNorm<T>& layer,
                Tensor<T, 3>& output, const Meter& meter);

// One row of the backward, on the calling thread: normed[channels] ← the row
// without scale and offset; returns the inverse of its deviation.
template <class T>
T standardise_row(const T* from, std::size_t channels, T* to);

// d_from[channels] += what d_standard, the gradient of the standardised row,
// says.
template <class T>
void standardise_row_backward(const T* standard, const T* d_standard, T inverse,
                              std::size_t channels, T* d_from);

// Sums of ranges of rows, and a row of each thread: laid out once, so that a
// second backward allocates nothing.
template <class T>
struct LayerNormRoom {
  Tensor<T, 2> sums;  // [ranges, 2·channels]
  Tensor<T, 2> rows;  // [threads, 2·channels]

  void lay_out(std::size_t rows, std::size_t channels, Buffers& buffers);
};

// d_input[batch, rows, channels] += the gradient through the layer of
// d_output; gradient.scale and .offset are added to. Cost: no MACs; input,
// d_output and d_input are read and d_input written once. The bits don't depend
// on the number of threads.
template <class T>
void layer_norm_backward(const Tensor<T, 3>& input, const LayerNorm<T>& layer,
                         const Tensor<T, 3>& d_output, LayerNorm<T>& gradient,
                         Tensor<T, 3>& d_input, LayerNormRoom<T>& room,
                         const Meter& meter);

}  // namespace suite
