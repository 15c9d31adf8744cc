// Are two curves the same to the bit? It is what a change that should change
// nothing is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analysis/compare/learning/learner_pair.h"

namespace suite {

struct Likeness {
  // The first look at which losses or accuracies differ.
  std::optional<std::uint64_t> parts_at;
  // The last step, before that, at which both looked and said the same; nothing
  // if they have no look in common.
  std::optional<std::uint64_t> same_until;
  // All of it is the same, and both looked at the same steps to their end.
  bool whole = false;
};

// Losses, accuracies, and the mean loss of all steps between looks; clocks are
// not asked.
Likeness likeness_of(const CurvePair& pair);

// "are the same to the bit", "part at step 100".
std::string text_of(const Likeness& likeness);

}  // namespace suite
