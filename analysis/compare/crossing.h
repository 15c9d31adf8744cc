// Where two series of times cross, and how surely.
#pragma once

#include <vector>

#include "support/interval.h"

namespace suite {

// What two contestants took at one x, one time a repetition.
struct TimesAt {
  double x = 0;
  std::vector<double> one, other;
};

// Where ln(one / other), straight between neighbours in ln x, crosses 0; in x
// itself if one is 0. Points by x; crossings too. The interval holds the x
// around the crossing at which Welch's 95 % interval of the ratio allows 1
// (Fieller 1954); an end of the range stands for all beyond it.
std::vector<Interval> crossings(const std::vector<TimesAt>& points);

// B's crossing over A's, of runs that know nothing of each other: from their
// intervals, which need not be symmetric (Zou and Donner 2008).
Interval crossing_change(const Interval& a, const Interval& b);

}  // namespace suite
