// How near an autoencoder's outputs come to its inputs.
#pragma once

#include <string>

#include "pretrained/run/answers.h"
#include "pretrained/run/model_inputs.h"

namespace suite {

// Peak signal-to-noise ratio in decibels, 10·log10(range²/mean squared error),
// of sound (range 2) and film (range 1) at the points that were asked for, a
// line each. Of a film whose outputs are another grid than its inputs there is none.
std::string reconstruction_text(const IoConfig& config,
                                const ModelInputs& inputs,
                                const std::vector<Answer>& answers);

}  // namespace suite
