// What a run of encode cost, in a few lines.
#pragma once

#include <string>

#include "perceiver/encode/answers.h"
#include "perceiver/encode/forwards.h"
#include "perceiver/encode/model_inputs.h"

namespace suite {

// Class, parameters, shapes, time, multiply-adds, memory; with `parts`, each
// part of the forward.
std::string summary_text(const HuggingfaceModel& described,
                         IoModel<float>& model, const ModelInputs& inputs,
                         const std::vector<Answer>& answers,
                         const Forwards& forwards, bool parts);

}  // namespace suite
