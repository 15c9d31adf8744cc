// What a run cost, in a few lines.
#pragma once

#include <string>

#include "pretrained/run/answers.h"
#include "pretrained/run/forwards.h"
#include "pretrained/run/model_inputs.h"

namespace suite {

// Class, parameters, shapes, the time with each count of threads,
// multiply-adds, memory; with `parts`, each part of the forwards.
std::string summary_text(const HuggingfaceModel& described,
                         IoModel<float>& model, const ModelInputs& inputs,
                         const std::vector<Answer>& answers,
                         const std::vector<Forwards>& forwards, bool parts);

}  // namespace suite
