// What a model is given: arrays as files bring them, by the names of its
// modalities.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

template <class T>
struct RawInput {
  // Text: numbers of tokens, [batch, N].
  Tensor<std::int64_t, 2> tokens;
  // A line: [batch, N, channels]. A picture: [batch, channels, height·width]. A
  // film: [batch, frames·channels, height·width]. Points: [batch, N, dims].
  Tensor<T, 3> values;
};

template <class T>
struct IoInput {
  std::map<std::string, RawInput<T>> raw;
  Mask mask;  // of rows, [batch, N], or empty
  // Which of a kind's outputs are wanted; all of those not named.
  std::map<std::string, std::vector<std::size_t>> points;
};

}  // namespace suite
