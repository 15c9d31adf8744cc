// What the latents attended to, drawn in the way the inputs lie.
#pragma once

#include "pretrained/run/model_inputs.h"

namespace suite {

// weights[batch, heads, M, N] of the encoder's cross-attention, of which the
// first example is drawn: the latents that are most concentrated, over the
// picture, summed over the frames of a film, or as bands for what lies on a
// line. Of a model that takes sound and film, the film's.
Picture attention_picture(const IoConfig& config,
                          const Tensor<float, 4>& weights,
                          const ModelInputs& inputs);

}  // namespace suite
