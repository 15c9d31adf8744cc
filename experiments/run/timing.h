// Google Benchmark drives the repetitions, in random order over all cells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/run/prepared_cell.h"

namespace suite {

// Called for each repetition, between two: `forward` runs one forward and
// returns its seconds; call it `iterations` times. Returns an error's text, or
// nothing.
using Repetition = std::function<std::string(
    PreparedCell&, const std::function<bool()>& keep_running,
    const std::function<void(double)>& report_seconds)>;

// Runs all repetitions still to do. `flags` are Google Benchmark's own.
// Throws Error for a flag that it doesn't know or that the suite decides.
void time_cells(std::vector<PreparedCell>& cells,
                const std::vector<std::string>& flags,
                const Repetition& repetition);

}  // namespace suite
