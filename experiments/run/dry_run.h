// What a run would do.
#pragma once

#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/definition/shard.h"

namespace suite {

// Prints the cells with what the shard's repetitions are predicted to take;
// nothing is run or written.
void print_plan(const Definition& definition, const std::vector<Cell>& cells,
                Shard shard, const std::vector<int>& thread_counts);

}  // namespace suite
