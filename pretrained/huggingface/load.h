// Weights of a Hugging Face checkpoint, into a model.
#pragma once

#include <string>

#include "pretrained/checkpoint/checkpoint.h"
#include "perceiver/io/model.h"

namespace suite {

// Fills every parameter and statistic from tensors of the names and shapes that
// `architecture` gives them. Throws Error, one line, if any is missing, of
// another shape, or left over; then nothing is read.
void load_weights(const Checkpoint& checkpoint, const std::string& architecture,
                  IoModel<float>& model);

// The shape that their tensor of a parameter has.
std::vector<std::size_t> huggingface_shape(const Parameter<float>& parameter,
                                           const std::string& their_name);

}  // namespace suite
