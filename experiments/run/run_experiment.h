// Runs an experiment: its cells, between two calibrations, into a folder.
#pragma once

#include <string>
#include <vector>

#include "experiments/definition/definition.h"

namespace suite {

struct RunSettings {
  std::string out;     // folder; empty: results/local/<experiment>/<run_id>
  std::string resume;  // folder of a run to go on with; empty: a new run
  std::string filter;  // regular expression; cells whose id it finds are run
  std::vector<int> thread_counts;  // ascending; empty: the definition's
  bool dry_run = false;
  std::string folder_file;  // is told the results' folder; empty: none
  std::vector<std::string> benchmark_flags;  // --benchmark_…
  std::vector<std::string> command_line;     // for the manifest
};

// Returns the exit status: 0, or 1 if a cell failed. Throws Error for input
// that makes no run.
int run_experiment(const Definition& definition, const RunSettings& settings);

}  // namespace suite
