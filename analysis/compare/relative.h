// What can be compared across machines: ratios within a run, growth with a
// dimension, and where contestants cross.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/run_pair.h"
#include "support/interval.h"

namespace suite {

// A contestant's time over the first contestant's, at one shape.
struct RatioChange {
  const MeasuredCell* cell;  // in A; its shape has all dimensions of both
  const MeasuredCell* over;  // in A
  Interval a, b;
  Interval change;  // B's ratio over A's
};

// For every shape at which both runs timed both contestants.
std::vector<RatioChange> ratio_changes(const RunPair& pair);

// How the time grows with a dimension: the slope of ln time over ln dimension,
// from the first to the last value that both runs timed. Local: it says what
// the range says, not what the exponent is.
struct SlopeChange {
  std::string contestant, dimension;
  FixedDimensions fixed;  // of the dimensions that the contestant reads
  std::uint64_t first = 0, last = 0;
  Interval a, b;
  Interval difference;  // B's less A's
};

std::vector<SlopeChange> slope_changes(const RunPair& pair);

// Where two contestants take equally long.
struct Crossover {
  std::string contestant, over, dimension;
  FixedDimensions fixed;
  std::vector<Interval> a, b;  // ascending; empty: none in range
  // B's over A's, where each has one.
  std::optional<Interval> change;
};

std::vector<Crossover> crossovers(const RunPair& pair);

}  // namespace suite
