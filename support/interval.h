// An estimate with the interval that it may lie in.
#pragma once

#include <vector>

namespace suite {

struct Interval {
  double estimate = 0, low = 0, high = 0;
  bool contains(double value) const { return low <= value && value <= high; }
};

// a over b, from repetitions of each: the ratio of geometric means with Welch's
// t interval of the logarithms. Needs two positive values of each; else low is 0
// and high infinite. Times are multiplied by noise, so logarithms are what is
// symmetric about the truth.
Interval ratio_interval(const std::vector<double>& a,
                        const std::vector<double>& b, double confidence);

// The mean of one cell's repetitions, in the same way, with Student's t.
Interval mean_interval(const std::vector<double>& values, double confidence);

}  // namespace suite
