// Layer normalisation (Ba et al. 2016) over channels, with a learned scale and
// offset: biased variance, ε = 1e-5 inside the root, as in the published code.
#pragma once

#include <string>

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

}  // namespace suite
