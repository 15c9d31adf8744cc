// Weights of a Hugging Face checkpoint, into a model and out of it.
#pragma once

#include <string>
#include <vector>

#include "pretrained/checkpoint/checkpoint.h"
#include "support/formats/safetensors_writer.h"
#include "perceiver/io/model.h"

namespace suite {

// Before memory is taken for the model: throws Error for a config.json that
// claims more layers, latents or channels than the checkpoint can have, whether
// blocks share theirs or have their own.
void check_extents(const Checkpoint& checkpoint, const EncoderConfig& encoder);

// Fills every parameter and statistic from tensors of the names and shapes that
// `architecture` gives them. Throws Error, one line, if any is missing, of
// another shape, or left over; then nothing is read.
template <class T>
void load_weights(const Checkpoint& checkpoint, const std::string& architecture,
                  IoModel<T>& model);

// Every parameter under the name, in the shape and in the order of values that a
// checkpoint of `architecture` has. Statistics are not among them.
template <class T>
std::vector<NamedTensor<T>> huggingface_tensors(const std::string& architecture,
                                                IoModel<T>& model);

// The shape that their tensor of a parameter has.
template <class T>
std::vector<std::size_t> huggingface_shape(const Parameter<T>& parameter,
                                           const std::string& their_name);

}  // namespace suite
