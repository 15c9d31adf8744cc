// Inputs of a published record, whose weights nobody needs to have.
#pragma once

#include <cstdint>

#include "pretrained/run/model_inputs.h"
#include "perceiver/io/model.h"

namespace suite {

// One example of each modality: a file's, or drawn from `seed`. Throws Error
// for a file of another shape than the record's.
ModelInputs record_inputs(std::map<std::string, NpyArray>&& files,
                          const IoModel<float>& model, std::uint64_t seed);

// Throws Error, saying what is allowed, for options that need a checkpoint.
void check_record_options(const PretrainedArguments& arguments);

// Names of the modalities that a record takes.
std::vector<std::string> record_modalities(const IoConfig& config);

}  // namespace suite
