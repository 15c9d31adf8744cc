// Where a classifier's latents look, over examples of its task.
#pragma once

#include <cstdint>
#include <optional>

#include "training/classifier/classifier.h"
#include "training/latents/specialisation.h"

namespace suite {

// The maps of the last read of the first `most` examples of a split, by a copy of
// `model` that keeps its weights in memory. `config` is what made it. Nothing
// where there are no latents that read. Holds 32·heads·M·N weights at a time.
std::optional<AttentionMaps> look_of_latents(const ClassifierConfig& config,
                                             Encoder<float>& model,
                                             const Task& task, Split split,
                                             std::uint64_t most);

}  // namespace suite
