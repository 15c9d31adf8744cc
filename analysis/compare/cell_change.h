// On one machine: what became of a cell's time, and whether it still does the
// same work.
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/change.h"
#include "analysis/compare/run_pair.h"
#include "support/interval.h"

namespace suite {

// How far, in logarithms, the machine's own speed moved while a run was
// measured; 0 for less than a tenth.
double worth_widening(const Run& run);

struct CellChange {
  CellPair cells;
  Interval a, b;   // geometric means of the repetitions, seconds
  Interval ratio;  // B's time over A's, widened by both runs' drift
  Change change = Change::untimed;
  std::string why;  // what differs, or why there is no time
  // Of the most bytes held, apart from its time; better: fewer. Threads and
  // status the same, or it is not told.
  Change peak = Change::same;
};

// What a changed model shows in its counts, as "MACs 7 → 9"; empty if they
// agree.
std::string count_difference(const CellPair& pair);

// "peak bytes 7 → 9"; empty if they are the same, or depend on other threads.
std::string peak_difference(const CellPair& pair);

// Of every cell that both runs have. Across machines, only those that are
// DIFFERENT, untimed or of another peak.
std::vector<CellChange> cell_changes(const RunPair& pair, double tolerance);

}  // namespace suite
