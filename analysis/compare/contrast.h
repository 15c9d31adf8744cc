// Sums and differences of logarithms of times, with intervals.
#pragma once

#include <vector>

#include "support/interval.h"

namespace suite {

// Of every result of a comparison.
inline constexpr double kConfidence = 0.95;

struct LogTerm {
  std::vector<double> seconds;  // one a repetition
  double weight = 1;
};

// Σ weight · mean(ln seconds), with Welch's t interval. Not a number for a term
// without positive times; without ends for one with a single time.
Interval log_contrast(const std::vector<LogTerm>& terms);

// Of an interval of logarithms.
Interval exponential(const Interval& logs);

// Is there an estimate, and are there ends?
bool is_known(const Interval& interval);

}  // namespace suite
