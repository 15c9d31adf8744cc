// Which runs, and which of their cells, are compared with each other.
#pragma once

#include <string>
#include <vector>

#include "analysis/runs/dimension_sweep.h"
#include "analysis/runs/run.h"

namespace suite {

struct CellPair {
  const MeasuredCell* a;
  const MeasuredCell* b;
};

// Points into both runs.
struct RunPair {
  const Run* a;
  const Run* b;
  std::vector<CellPair> both;  // in A's order of contestants and dimensions
  std::vector<const MeasuredCell*> only_a, only_b;

  // Else absolute times mean nothing to each other, and cells are matched
  // whatever their threads.
  bool same_machine() const { return a->machine == b->machine; }
};

RunPair pair_cells(const Run& a, const Run& b);

struct PairedRuns {
  std::vector<RunPair> pairs;
  std::vector<std::string> notes;  // runs that are left out, a line each
};

// By experiment; of several runs of one, the latest. Throws Error, naming both
// folders, if they share no experiment, or no cell.
PairedRuns pair_runs(const std::string& folder_a, const std::vector<Run>& a,
                     const std::string& folder_b, const std::vector<Run>& b);

// Sweeps of the same dimension with the same held fixed, whatever the threads.
struct SweepPair {
  DimensionSweep a, b;
};
std::vector<SweepPair> pair_sweeps(const RunPair& pair);

// The times of a cell whose answers were right; else none.
std::vector<double> usable_seconds(const MeasuredCell* cell);

}  // namespace suite
