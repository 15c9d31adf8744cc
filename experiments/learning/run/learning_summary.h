// What a learning run came to, for the terminal.
#pragma once

#include <string>
#include <vector>

#include "experiments/learning/definition/learning_definition.h"
#include "experiments/learning/run/curve.h"

namespace suite {

// The end of a learner with one seed, or where it was when the run was left.
struct LearningOutcome {
  const Learner* learner = nullptr;
  std::uint64_t seed = 0;
  Standing at;
  Score score;  // of the test; before the end of the last look, if there was one
  bool failed = false;
  bool ended = true;
};

// Of each learner the median test accuracy, with its range over seeds where there
// are several, and median seconds and examples a second; of each that has not
// ended how far it is.
std::string learning_summary(const LearningDefinition& definition,
                             const std::vector<LearningOutcome>& outcomes);

}  // namespace suite
