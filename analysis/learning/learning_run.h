// A learning run, read back from its folder.
#pragma once

#include <string>
#include <vector>

#include "analysis/learning/curves.h"

namespace suite {

struct LearningRun {
  std::string folder;
  std::string experiment, run_id, definition_sha256;
  // What seconds depend on besides the program.
  std::string machine;
  int threads = 0;
  std::vector<Curve> curves;  // one at least
};

// Does it have curves.csv?
bool is_learning_run(const std::string& folder);

// Throws Error as read_curves() does, for curves of two runs or of none, and
// for a manifest that is missing or of another run.
LearningRun read_learning_run(const std::string& folder);

}  // namespace suite
