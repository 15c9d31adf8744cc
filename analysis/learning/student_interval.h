// What seeds say of a mean.
#pragma once

#include <vector>

#include "support/interval.h"

namespace suite {

// The mean with Student's 95 % interval: of one value without ends, of none not
// a number.
Interval student_interval(const std::vector<double>& values);

}  // namespace suite
