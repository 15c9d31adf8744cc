// How often a cell is to be repeated: as the definition says, and more where its
// interval is still too wide.
#pragma once

#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/rows/journal.h"

namespace suite {

// Numbers of the repetitions that the cell lacks. With all of the definition's
// done and `half_width` set: as many again, up to `most_repetitions`, while the
// 95 % interval of the cell's time reaches farther than half_width from it.
std::vector<int> repetitions_to_do(const Definition& definition,
                                   const Cell& cell, const Journal& journal);

}  // namespace suite
