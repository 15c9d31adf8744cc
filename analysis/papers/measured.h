// What a paper measured and we measured too: ratios within one table, as the
// machines are not the same.
#pragma once

#include <optional>
#include <vector>

#include "analysis/papers/paper.h"
#include "analysis/runs/run.h"

namespace suite {

// The row that the others of `row`'s group are compared with: the first that
// has the figure, or for what is printed as a ratio the group's first.
const PaperRow& base_of(const PaperTable& table, const PaperRow& row,
                        Quantity quantity);

// row over base, as the quantity counts: more steps and more speedup are less
// time. Nothing unless one run of the table's experiment has both.
std::optional<double> measured_ratio(const std::vector<Run>& runs,
                                     const PaperTable& table,
                                     const PaperRow& row, const PaperRow& base,
                                     Quantity quantity);

}  // namespace suite
