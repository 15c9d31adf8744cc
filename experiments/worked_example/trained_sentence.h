// Four latents learn to read sentences: where they look, before and after.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

struct TrainedSentence {
  std::vector<std::string> words;  // of the sentence that is shown
  Tensor<float, 4> before, after;  // [1, 1, 4, 6]
  double accuracy_before = 0, accuracy_after = 0;  // on sentences kept apart
  std::uint64_t steps = 0;
};

// One cross-attention of 4 latents, drawn from `seed` and then updated by
// gradient descent; each is asked one of Sentences::questions(). About 2 s.
TrainedSentence train_sentence(std::uint64_t seed);

// Both matrices, and whether each latent ended up looking most at a word of its
// own.
std::string trained_sentence_text(const TrainedSentence& trained, bool colours);

// The word that each latent looks at most.
std::vector<std::string> most_looked_at(const std::vector<std::string>& words,
                                        const Tensor<float, 4>& weights);

}  // namespace suite
