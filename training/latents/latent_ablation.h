// What a latent is for: whose loss rises without it?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "training/classifier/classifier.h"

namespace suite {

// Of examples by their label, in nats.
struct LatentAblation {
  std::vector<std::uint64_t> examples;  // [classes]
  std::vector<double> loss;             // [classes], with all latents
  // [M, classes]: what the loss rises by where a latent says the same of every
  // example, its mean over them.
  Tensor<double, 2> rise;
};

// Over the first `most` examples of a split. Nothing for a contestant whose
// answer is not its latents, or on tasks of several labels an example. Cost: a
// forward, and M heads, an example; holds M·D values an example.
std::optional<LatentAblation> ablate_latents(const ClassifierConfig& config,
                                             const Classifier<float>& model,
                                             const Task& task, Split split,
                                             std::uint64_t most);

}  // namespace suite
