// What a masked language model thinks stood at the masks.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "primitives/tensor.h"

namespace suite {

// The text with the likeliest bytes, in brackets, in place of its masks; then a
// line for each of the first masks: its place, and the likeliest tokens with
// probabilities. ids[N]; logits[at least N, vocabulary of text.h]. Throws Error
// for another vocabulary, or a logit that is no finite number.
std::string predicted_bytes_text(std::span<const std::int64_t> ids,
                                 const MatrixView<const float>& logits);

}  // namespace suite
