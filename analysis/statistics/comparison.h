// Two series against each other: their ratio, and where they cross.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/resampling.h"

namespace suite {

// Of locations that hold one series, then the other, as long: the geometric
// mean of first over second.
Bounds ratio_bounds(Resampling& both);

struct Crossing {
  std::size_t found = 0;  // sign changes of the logarithm of the ratio
  Bounds x;               // of the first; where the series are measured alone
  // By how much the log of the ratio changes for a step of 1 in log x.
  double steepness = 0;
};

// Between neighbouring x, log x and log ratio are taken as a straight line,
// which is exact for power laws without offset. Never extrapolates: a draw that
// does not cross counts as the end of the range that it comes nearest to.
Crossing crossing(const std::vector<double>& x, Resampling& both);

}  // namespace suite
