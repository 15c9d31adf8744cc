// What a model answers, in the shapes and files that transformers' users know.
#pragma once

#include <string>
#include <vector>

#include "pretrained/huggingface/config.h"
#include "perceiver/io/decoder.h"

namespace suite {

// One of a model's outputs: a name, a shape as numpy has it, and the file that
// it goes into ("" for none).
struct Answer {
  std::string name;
  std::vector<std::size_t> shape;
  std::string path;
  const Tensor<float, 3>* values = nullptr;
};

// Is an output one of classes, a row for each example?
bool is_classes(const HuggingfaceModel& described, const std::string& name);

// `output` is a path or empty; a model with several outputs has one file for
// each: FILE.audio.npy, …
std::vector<Answer> answers(const HuggingfaceModel& described,
                            const Outputs<float>& outputs,
                            const std::string& output);

// Replaces each file whole. Throws Error.
void write(const std::vector<Answer>& answers);

}  // namespace suite
