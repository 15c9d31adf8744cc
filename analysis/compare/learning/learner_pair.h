// Which learners, with which seeds, are compared with each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/learning/learning_run.h"

namespace suite {

struct CurvePair {
  const Curve* a;
  const Curve* b;
};

// A learner that both runs have.
struct LearnerPair {
  std::string learner;
  std::vector<CurvePair> seeds;  // that both have, in A's order; may be none
  std::vector<std::uint64_t> only_a, only_b;
};

// Points into both runs.
struct LearningPair {
  const LearningRun* a;
  const LearningRun* b;
  std::vector<LearnerPair> learners;  // in A's order
  std::vector<std::string> only_a, only_b;

  // Else seconds mean nothing to each other.
  bool same_pace() const {
    return a->machine == b->machine && a->threads == b->threads;
  }
};

// By learner and seed, whatever the definitions. Throws Error, naming both
// folders, if they have no learner in common, or no seed of any.
LearningPair pair_learners(const LearningRun& a, const LearningRun& b);

}  // namespace suite
