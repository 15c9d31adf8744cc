// Two learning runs against each other: all that there is to say, as text and
// as CSV.
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/learning/learner_change.h"

namespace suite {

// Points into the runs of its pair, and is not copied: changes point into it.
class LearningComparison {
 public:
  LearningComparison(LearningPair pair, const Bounds& bounds);
  LearningComparison(const LearningComparison&) = delete;
  LearningComparison& operator=(const LearningComparison&) = delete;

  const LearningPair& pair() const { return pair_; }
  const std::vector<LearnerChanges>& learners() const { return learners_; }
  std::size_t count(Change change) const;

 private:
  LearningPair pair_;
  std::vector<LearnerChanges> learners_;
};

// Is something WORSE, SLOWER or DIFFERENT?
bool is_worse(const LearningComparison& comparison);

// What a reader must know before the tables, a line each: that it is one run,
// that definitions, machines or threads differ.
std::vector<std::string> remarks(const LearningComparison& comparison);

std::string comparison_text(const LearningComparison& comparison);

// As of other runs, with the tables learner (at: accuracy, loss, seconds_a_step
// or seconds_to_…; losses in nats), curve (at: its seed), only_in_a, only_in_b
// and remark; `contestant` is the learner.
std::string comparison_csv(const LearningComparison& comparison);

}  // namespace suite
