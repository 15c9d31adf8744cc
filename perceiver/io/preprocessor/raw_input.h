// What a model is given: arrays as files bring them, by the names of its
// modalities.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "primitives/layers/embedding.h"
#include "primitives/tensor.h"

namespace suite {

// One modality's array, owned.
template <class T>
struct RawArray {
  Tokens tokens;  // of text, [batch, N]
  // A line: [batch, N, channels]. A picture: [batch, channels, height·width]. A
  // film: [batch, frames·channels, height·width]. Points: [batch, N, dims].
  Tensor<T, 3> values;
};

// The same, not owned.
template <class T>
struct RawInput {
  const Tokens* tokens = nullptr;
  const Tensor<T, 3>* values = nullptr;

  RawInput(const RawArray<T>& array)
      : tokens(&array.tokens), values(&array.values) {}
  RawInput(const Tensor<T, 3>& array) : values(&array) {}
};

template <class T>
struct IoInput {
  // By modality. What they point at must live as long as the call.
  std::map<std::string, RawInput<T>> raw;
  Mask mask;  // of rows, [batch, N], or empty
  // Which of a kind's outputs are wanted; all of those not named.
  std::map<std::string, std::vector<std::size_t>> points;
};

template <class T>
using RawArrays = std::map<std::string, RawArray<T>>;

template <class T>
IoInput<T> input_of(const RawArrays<T>& arrays) {
  IoInput<T> input;
  for (const auto& [name, array] : arrays) input.raw.emplace(name, array);
  return input;
}

}  // namespace suite
