// Batch normalisation (Ioffe and Szegedy 2015) as inference has it: an affine map
// of each channel, from statistics that training left behind.
#pragma once

#include <string>

#include "primitives/layers/linear.h"
#include "primitives/parameter.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
struct BatchNorm {
  static constexpr double kEpsilon = 1e-5;

  Tensor<T, 1> scale;   // [channels], learned
  Tensor<T, 1> offset;  // [channels], learned
  // Running statistics: loaded with a model, but neither learned nor counted as
  // parameters. Mean 0 and variance 1 until then.
  Tensor<T, 1> mean;      // [channels]
  Tensor<T, 1> variance;  // [channels]

  BatchNorm() = default;
  explicit BatchNorm(std::size_t channels);

  std::size_t channels() const { return scale.size(); }
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit);
  void for_each_statistic(const std::string& name,
                          const ParameterVisitor<T>& visit);

  // y = factors·x + terms, both of channels() values: what it does to a channel
  // x, which has had `bias` (or null) added.
  void as_affine(const T* bias, T* factors, T* terms) const;

  // gradient.scale and .offset += what a loss says of them, with statistics as
  // constants. x = input·W + b is what was normalised, d the gradient of the
  // result; `sums` are inputᵀ·d and Σ d, which say Σ d·x without x itself.
  void add_gradient(const Linear<T>& map, const Linear<T>& sums,
                    BatchNorm& gradient) const;
};

}  // namespace suite
