// What became of a learner: how good it is, how fast, and whether it still does
// the same work.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/change.h"
#include "analysis/compare/learning/learner_pair.h"
#include "analysis/compare/learning/likeness.h"
#include "support/interval.h"

namespace suite {

enum class Measure {
  accuracy,        // on test examples
  loss,            // on test examples, nats
  seconds_a_step,  // of training
  seconds_to,      // of training, to an accuracy on held-out examples
};
// Times are compared as ratios, the others as differences.
bool is_time(Measure measure);

// What counts as the same.
struct Bounds {
  double times = 0.05;     // ratios from 1/(1 + times) to 1 + times
  double accuracy = 0.01;  // either way
  double loss = 0.05;      // nats, either way
  // To which seconds_to asks. Nothing: the largest whole per cent that all
  // curves of a learner came to.
  std::optional<double> reach;
};

struct LearnerChange {
  Measure measure;
  double a, b;      // means over the seeds compared; of times geometric
  Interval change;  // B's less A's, or B's over A's; paired by seed
  Change word = Change::untimed;
  std::string why;
};

struct LearnerChanges {
  const LearnerPair* learner;
  std::vector<Likeness> likeness;  // of each seed of the pair
  double reach = 0;                // what seconds_to asked for
  std::vector<LearnerChange> changes;

  std::size_t same_curves() const;
};

// Of a learner whose runs have one pace; else without times, but for counts
// that differ. An interval is Student's over the seeds that came to their test
// in both. A single seed has none, unless all is the same to the bit.
LearnerChanges changes_of(const LearnerPair& learner, bool same_pace,
                          const Bounds& bounds);

}  // namespace suite
