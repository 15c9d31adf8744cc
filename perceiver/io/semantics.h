// Where the two implementations of Perceiver IO that weights come from disagree.
// A model is built with one or the other; nothing else asks which.
#pragma once

#include <string_view>

#include "primitives/layers/activation.h"

namespace suite {

struct Semantics {
  Gelu gelu = Gelu::erf;
  // Convolution and pooling pad as 'SAME' does: 224 pixels become 56. Else by
  // 3 before and after, and not at all: 55.
  bool same_padding = false;
  // The image model with learned positions adds what it asked to what it gets.
  bool learned_image_residual = true;
  // A query whose inputs are all masked gets their mean; else zeros.
  bool mean_if_fully_masked = true;
  // Outputs of masked text get zeros from the decoder's attention.
  bool masks_queries = false;

  bool operator==(const Semantics&) const = default;
};

// Hugging Face transformers, models/perceiver.
constexpr Semantics huggingface_semantics() { return {}; }

// DeepMind's code for the papers, with its colabs.
constexpr Semantics deepmind_semantics() {
  return {.gelu = Gelu::tanh,
          .same_padding = true,
          .learned_image_residual = false,
          .mean_if_fully_masked = false,
          .masks_queries = true};
}

// "deepmind" or "huggingface"; throws Error for any other name.
Semantics semantics(std::string_view name);

}  // namespace suite
