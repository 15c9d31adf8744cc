#pragma once

#include <vector>

namespace suite {

// The middle value, or the mean of the middle two; NaN of none.
double median(std::vector<double> values);

}  // namespace suite
