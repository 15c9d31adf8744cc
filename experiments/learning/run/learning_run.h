// Runs a learning experiment into a folder: curves.csv, manifest.json, and a
// checkpoint and a model for each learner and seed.
#pragma once

#include <string>
#include <vector>

#include "experiments/learning/definition/learning_definition.h"
#include "experiments/rows/manifest.h"

namespace suite {

struct LearningSettings {
  RunPlace place;
  std::string filter;  // regular expression; learners whose id it finds learn
  int threads = 0;     // 0: the definition's
  bool dry_run = false;
  std::vector<std::string> command_line;  // for the manifest
  nlohmann::json code;                    // that; see measured_code.h
};

// Learners of one seed take turns, from look to look, so that a machine that
// drifts drifts for all. Returns the exit status: 0, or 1 if a learner failed, or
// interruption()'s if it was left, to be resumed from the last looks.
// Throws Error for input that makes no run.
int run_learning(const LearningDefinition& definition,
                 const LearningSettings& settings);

}  // namespace suite
