// What is kept of a learner's latents at its end, beside its rows.
#pragma once

#include <cstdint>
#include <string>

#include "experiments/learning/definition/learner.h"

namespace suite {

// Nothing where there are no latents to look at. Else
//   FOLDER/latents/NAME-maps.npy: [2, M, N], where each looks, mean over heads and
//   held-out examples: as drawn from `seed`, and now;
//   FOLDER/latents/NAME-loss.csv: whose loss rises without which latent, where
//   the answer is the latents.
// Files are replaced whole. Cost: two looks of 256 examples, and an ablation.
void write_latents(const std::string& folder, const std::string& name,
                   const Learner& learner, std::uint64_t seed,
                   const Task& task, Classifier<float>& model);

}  // namespace suite
