// Weights of a classifier that was trained by //experiments:learn.
#pragma once

#include "perceiver/io/model.h"
#include "pretrained/checkpoint/checkpoint.h"
#include "pretrained/trained/trained_model.h"

namespace suite {

// Fills `model`, made of trained.described.config, from tensors under the
// classifier's own names. What stands beside a token's vector becomes a part of
// its sum: tables of vectors and positions are filled up with zeros. Throws
// Error, one line, if a tensor is missing, of another shape, or left over; then
// nothing is read.
void load_trained_weights(const Checkpoint& checkpoint,
                          const TrainedModel& trained, IoModel<float>& model);

}  // namespace suite
