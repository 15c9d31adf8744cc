// The slope of a function, by differences: what gradients are held against.
#pragma once

#include <functional>

namespace suite {

struct Slope {
  double value, error;
};

// Of value_at(step) at 0, by central differences with one step of Richardson's
// extrapolation, whose change tells its error: it is that of curvature where
// steps are long and that of rounding where they are short, so the best of some
// counts, the longest first.
Slope slope_at_zero(const std::function<double(double step)>& value_at,
                    double longest = 2e-4);

}  // namespace suite
