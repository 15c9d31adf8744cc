// One judge for each kind of claim; what they share.
#pragma once

#include <fmt/format.h>

#include <limits>

#include "analysis/claims/evidence.h"
#include "analysis/claims/verdict.h"
#include "analysis/statistics/resampling.h"

namespace suite {

// What a verdict needs of the data before any fit is worth making.
inline constexpr std::size_t kFewestSizes = 5;
inline constexpr double kLeastRange = 16;
inline constexpr double kLeastShare = 0.70;
// Calibrations that differ by less don't widen anything.
inline constexpr double kToleratedDrift = 0.0953;  // ln 1.1

struct Case {
  const Claim& claim;
  const Run& run;
  const Definition& definition;

  Evidence evidence(const Subject& subject) const {
    return gather(claim, subject, run, definition);
  }
  // By how much the logarithm of a ratio of times may be off because the machine
  // changed; 0 for counts.
  double drift() const {
    return claim.counts() || run.speeds.drift <= kToleratedDrift
               ? 0
               : run.speeds.drift;
  }
};

void judge_exponent(const Case& at, Verdict& verdict);  // and upper bound
void judge_independent(const Case& at, Verdict& verdict);
void judge_ratio(const Case& at, Verdict& verdict);  // and at least
void judge_crossover(const Case& at, Verdict& verdict);
void judge_sum_of_terms(const Case& at, Verdict& verdict);
void judge_fact(const Case& at, Verdict& verdict);

Resampling resample(const std::vector<Point>& points);
Resampling resample(const std::vector<Point>& a, const std::vector<Point>& b);

// The points with an interval for each, for tables and figures.
std::vector<VerdictPoint> shown(const std::vector<Point>& points);

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// Supported if the 99 % interval lies inside low … high, refuted if wholly
// outside; else inconclusive, and the verdict says why.
void decide(const Interval& wide, double low, double high, Verdict& verdict);

// A count's claim needs no slack for noise, but floating point some for itself.
inline constexpr double kRounding = 1e-9;

// "1.02 [1.01, 1.03]", or "1" if it is exact.
std::string text_of(const Interval& interval);

// Multiplies ratios, or moves exponents, by what drift may have done.
Interval widened(Interval interval, double down, double up);

}  // namespace suite
