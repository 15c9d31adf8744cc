// A run's sweeps as tables of time, memory and work.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/runs/run.h"
#include "analysis/tables/table.h"

namespace suite {

// One table a swept dimension and what is held meanwhile; only of `dimension`,
// if given. A row is a contestant at a value: the geometric mean of its
// repetitions with the half-width of its 95 % interval, peak bytes, MACs, the
// mean over the first contestant's with the 95 % interval of ratio_interval,
// and the share of the run's own sgemm speed. What was not timed shows its
// status, with predicted bytes and MACs. Labels are unique among the tables.
std::vector<Table> sweep_tables(const std::vector<Run>& runs,
                                const std::optional<std::string>& dimension);

}  // namespace suite
