// Repetitions as groups, and what could have been measured instead: bootstrap
// over repetitions, within each group (Efron and Tibshirani 1993, ch. 6).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "support/interval.h"
#include "primitives/random.h"

namespace suite {

// Values of one cell, one a repetition. A single value is exact: a count.
using Repetitions = std::vector<double>;

// Where each group lies: logarithms, since noise multiplies times.
using Locations = std::vector<double>;

class Resampling {
 public:
  // Groups must hold positive, finite values. Where `taken_off` has values, the
  // location is of the difference: groups.size() groups, which may be empty, or
  // none.
  explicit Resampling(const std::vector<Repetitions>& groups,
                      const std::vector<Repetitions>& taken_off = {},
                      std::uint64_t seed = 1);

  // Huber's M-estimate of each group's logarithms (k = 1.5, with one scale for
  // all groups): a few disturbed repetitions count, but don't carry it away.
  // NaN for a difference that is not positive.
  const Locations& locations() const { return locations_; }

  // Locations of groups drawn from the groups' own values, with replacement. A
  // difference that a draw makes vanish is a thousandth.
  const Locations& draw();

  // Do all groups hold one exact value?
  bool exact() const { return freedom_ == 0; }
  // Values beyond the one that each group needs.
  double freedom() const { return freedom_; }
  // What makes a draw's spread that of a fresh measurement: groups drawn from n
  // values vary by (n - 1)/n too little.
  double spread() const { return spread_; }

 private:
  double location(const double* values, std::size_t count) const;
  double drawn_location(std::size_t group);
  bool has_taken_off(std::size_t group) const;

  std::vector<std::vector<double>> logs_;  // of groups, then of those taken off
  std::size_t groups_ = 0;
  double scale_ = 0;
  double freedom_ = 0, spread_ = 1;
  Locations locations_, drawn_;
  std::vector<double> sample_;
  Random random_;
};

// Of sorted values, between neighbours linearly. `share` from 0 to 1.
double percentile(const std::vector<double>& sorted, double share);

// What repetitions leave open: the interval that is shown, and the wider one
// that verdicts are made of, so that at the very border of a tolerance a false
// verdict stays under 1 %.
struct Bounds {
  Interval usual;  // 95 %
  Interval wide;   // 99 %
};

inline constexpr int kDraws = 2000;

// Percentiles of a statistic's draws, spread about its estimate for few
// repetitions by Student's t: the expanded percentile interval (Hesterberg
// 2015, §5.3). `freedom`: of those repetitions that the statistic rests on; 0:
// all.
Bounds percentile_bounds(double estimate, std::vector<double> draws,
                         const Resampling& resampling, double freedom = 0);

}  // namespace suite
