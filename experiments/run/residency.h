// Which cells are in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "experiments/run/planned_cell.h"

namespace suite {

// Builds the cell, unless it is in memory. Of `others` the first ones leave it
// while all that are there would hold more than `memory` bytes.
void bring_to_life(CellUnderTest& tested, std::vector<PlannedCell>& others,
                   std::uint64_t memory);

}  // namespace suite
