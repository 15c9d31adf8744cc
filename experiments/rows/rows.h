// From what was measured to rows of cells.csv.
#pragma once

#include <string>
#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/measurement/live_cell.h"
#include "experiments/rows/record.h"

namespace suite {

struct RunIdentity {
  std::string experiment;
  std::string definition_sha256;
  std::string run_id;
};

// One row for each part that did something, then the row `total`: a repetition
// is complete when its total is there.
std::vector<Record> measured_rows(const RunIdentity& run, const Cell& cell,
                                  int repetition, const Measurement& measured,
                                  std::size_t parameters);

// A cell that was not timed: `status` is "skipped" or "failed". What is known
// of its cost is declared, not measured; a null cost leaves it empty.
Record untimed_row(const RunIdentity& run, const Cell& cell,
                   const std::string& status, const std::string& reason,
                   const Cost* declared);

}  // namespace suite
