// What a learning run came to, for the terminal.
#pragma once

#include <string>
#include <vector>

#include "experiments/learning/definition/learning_definition.h"
#include "experiments/learning/run/curve.h"

namespace suite {

// The end of a learner with one seed.
struct LearningOutcome {
  const Learner* learner = nullptr;
  std::uint64_t seed = 0;
  Standing at;
  Score test;
  bool failed = false;
};

// Of each learner the median test accuracy, with its range over seeds where there
// are several, and median seconds and examples a second.
std::string learning_summary(const LearningDefinition& definition,
                             const std::vector<LearningOutcome>& outcomes);

}  // namespace suite
