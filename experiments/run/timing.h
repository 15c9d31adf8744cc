// Google Benchmark drives the repetitions, in random order over all cells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/run/planned_cell.h"

namespace suite {

// One repetition of a cell, as in CellUnderTest::time. Returns an error's text,
// or nothing.
using Repetition = std::function<std::string(
    PlannedCell&, const std::function<bool()>& keep_running,
    const std::function<void(double)>& report)>;

// Calls `repetition` as often as each cell has some to do, to run so many
// forwards as make one. `flags` are Google Benchmark's own. Throws Error for a
// flag that it doesn't know or that the suite decides.
void time_cells(std::vector<PlannedCell>& cells,
                const std::vector<std::string>& flags,
                const Repetition& repetition);

}  // namespace suite
