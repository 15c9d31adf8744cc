// A checkpoint with what it is to be given, read and checked.
#pragma once

#include "perceiver/io/model.h"
#include "pretrained/huggingface/config.h"
#include "pretrained/run/arguments.h"
#include "pretrained/run/model_inputs.h"

namespace suite {

struct Loaded {
  HuggingfaceModel described;
  ModelInputs inputs;
  IoModel<float> model;  // with its weights

  // What the model's functions take; it points at `inputs`.
  IoInput<float> input() const { return input_of(inputs); }
  static IoInput<float> input_of(const ModelInputs& inputs);
};

// How the arguments change what is described.
void configure(const PretrainedArguments& arguments, IoConfig& config);

// Throws Error, one line, for a checkpoint that is none, options that don't go
// together, and inputs that don't fit.
Loaded load_checkpoint(const PretrainedArguments& arguments);

}  // namespace suite
