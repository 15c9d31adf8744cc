// What a learning run would take, before it is begun.
#pragma once

#include <string>
#include <vector>

#include "experiments/learning/definition/learning_definition.h"

namespace suite {

// A line a learner with the steps, multiply-adds and seconds of training that
// all seeds have left, of which steps that are taken now tell; then totals.
// `resume`: folder of a run that would be gone on with, and is only read;
// empty: none. Throws Error as Trainer and Curves do.
std::string learning_plan(const LearningDefinition& definition,
                          const std::vector<const Learner*>& learners,
                          const std::string& resume);

}  // namespace suite
