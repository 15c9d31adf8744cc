// What a model's answer says, for the eye.
#pragma once

#include <string>

#include "pretrained/run/answers.h"
#include "pretrained/run/model_inputs.h"

namespace suite {

// Of classes the likeliest of the first few examples; of masked text the bytes
// at its masks; of optical flow how far pixels move; of a reconstruction how
// good it is; of latents nothing. Throws Error for an answer that is no finite
// number.
std::string findings_text(const HuggingfaceModel& described,
                          const ModelInputs& inputs,
                          const std::vector<Answer>& answers);

}  // namespace suite
