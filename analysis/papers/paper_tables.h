// A paper's tables beside ours.
#pragma once

#include <vector>

#include "analysis/papers/paper.h"
#include "analysis/runs/run.h"
#include "analysis/tables/table.h"

namespace suite {

// One line a figure: as published, ours, the difference in per cent, and the
// verdict. `runs` have what was measured; may be none.
std::vector<Table> paper_tables(const Paper& paper,
                                const std::vector<Run>& runs);

// Does any table ask for what was measured?
bool asks_for_runs(const Paper& paper);

}  // namespace suite
