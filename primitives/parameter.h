// How layers hand out what they learn. Counting, initialising, importing and
// updating a model are all visits of its parameters.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

// What a parameter holds before training, after DeepMind's Perceiver code.
enum class Init {
  zeros,
  ones,
  fan_in,  // truncated normal; deviation after truncation is √(1/fan_in)
  fan_in_of_rows,  // the same of a weight that stands transposed, [out, in]
  // Unit normal rows, each block of as many as there are columns orthogonal.
  // Drawn, and never learned.
  orthogonal,
  latent,  // truncated normal; deviation 0.02, cut at two deviations
};

template <class T>
struct Parameter {
  std::string name;  // "block0.cross.query.weight": unique within a model
  std::vector<std::size_t> shape;  // a weight is [in, out]
  std::span<T> values;
  Init init = Init::zeros;
};

// Random features and rotations stay as they were drawn: their gradient is 0.
template <class T>
bool is_learned(const Parameter<T>& parameter) {
  return parameter.init != Init::orthogonal;
}

template <class T>
using ParameterVisitor = std::function<void(const Parameter<T>&)>;

template <class T, std::size_t rank>
void visit_tensor(const ParameterVisitor<T>& visit, const std::string& name,
                  Tensor<T, rank>& tensor, Init init) {
  visit({name,
         {tensor.shape().begin(), tensor.shape().end()},
         {tensor.data(), tensor.size()},
         init});
}

// Draws every visited parameter from its own stream of `seed`.
template <class T>
void initialise(const Parameter<T>& parameter, std::uint64_t seed);

}  // namespace suite
