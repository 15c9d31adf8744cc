// Two sets of runs against each other: all that there is to say, as text and
// as CSV.
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/cell_change.h"
#include "analysis/compare/relative.h"
#include "analysis/compare/run_pair.h"

namespace suite {

// Points into the runs of its pair.
struct Compared {
  RunPair pair;
  std::vector<CellChange> cells;
  // Across machines only.
  std::vector<RatioChange> ratios;
  std::vector<SlopeChange> slopes;
  std::vector<Crossover> crossovers;

  std::size_t count(Change change) const;
};

Compared compare(const RunPair& pair, double tolerance);

// Is something SLOWER or DIFFERENT, or holds more at its peak?
bool is_worse(const std::vector<Compared>& all);

// What a reader must know of one comparison before its tables, a line each:
// drift, another calibration, another machine.
std::vector<std::string> remarks(const Compared& compared);

// Aligned columns, at most one table a kind of result; of cells those in
// `only`, all if it is empty.
std::string comparison_text(const Compared& compared, double tolerance,
                            const std::vector<Change>& only = {});

// "12 cells in both, 9 SAME, 3 SLOWER", a line.
std::string counts_text(const Compared& compared);

// One row a result, after a header; numbers read back as the same double:
// experiment, run_a, run_b, table (cell, only_in_a, only_in_b, ratio, slope,
// crossover, remark), contestant, over, at, letter, a, b, estimate, low,
// high, class, note. Times are in seconds.
std::string comparison_csv(const std::vector<Compared>& all, double tolerance);

}  // namespace suite
