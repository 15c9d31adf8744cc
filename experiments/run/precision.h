// How often a cell is to be repeated: as the definition says, and more where its
// interval is still too wide.
#pragma once

#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/definition/shard.h"
#include "experiments/rows/journal.h"

namespace suite {

// Numbers of the shard's repetitions that the cell lacks. With all of the
// definition's done and `half_width` set: as many again, up to
// `most_repetitions`, while the 95 % interval of the cell's time, by what this
// shard measured, reaches farther than half_width from it.
std::vector<int> repetitions_to_do(const Definition& definition, Shard shard,
                                   const Cell& cell, const Journal& journal);

}  // namespace suite
