// Sums and differences of logarithms of times, with intervals.
#pragma once

#include <vector>

#include "support/interval.h"

namespace suite {

// Of every interval that a comparison shows.
inline constexpr double kConfidence = 0.95;
// Of those by which it calls a cell faster or slower: of a hundred cells that
// are the same, one may be called another.
inline constexpr double kSure = 0.99;

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
