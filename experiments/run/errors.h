// errors.csv: how far the approximations of a run are from softmax attention.
#pragma once

#include <string>
#include <vector>

#include "experiments/definition/cell.h"
#include "experiments/rows/rows.h"

namespace suite {

// One row for each cell at the base's dimensions and each pattern that the
// definition asks for; none for a contestant that has no such error. Cost:
// exact attention in double for each row.
std::string errors_csv(const RunIdentity& run, const Definition& definition,
                       const std::vector<const Cell*>& cells);

}  // namespace suite
