// Runs an experiment: its cells, between two calibrations, into a folder.
#pragma once

#include <string>
#include <vector>

#include "experiments/definition/definition.h"
#include "experiments/definition/shard.h"
#include "experiments/measurement/crew.h"
#include "experiments/rows/manifest.h"

namespace suite {

struct RunSettings {
  RunPlace place;
  std::string filter;  // regular expression; cells whose id it finds are run
  std::vector<int> thread_counts;  // ascending; empty: the definition's
  Shard shard;                     // of each cell's repetitions
  bool dry_run = false;
  std::vector<std::string> benchmark_flags;  // --benchmark_…
  std::vector<std::string> command_line;     // for the manifest
  nlohmann::json code;                       // that; see measured_code.h
  // Ranks that share each cell's inputs out, and who they are; 0: no ranks.
  std::size_t ranks = 0;
  Crew* crew = &alone();
  std::string untimed;  // why cells are counted, not timed; empty: they are
};

// Returns the exit status: 0, or 1 if a cell failed, or interruption()'s if it was
// left at a whole repetition, to be resumed. Throws Error for input
// that makes no run.
int run_experiment(const Definition& definition, const RunSettings& settings);

}  // namespace suite
