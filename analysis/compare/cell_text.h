// How tables of a comparison show cells.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/compare/change.h"
#include "analysis/runs/dimension_sweep.h"
#include "analysis/runs/run.h"
#include "support/interval.h"

namespace suite {

inline constexpr int kRatioDigits = 4;

// Dimensions with one value in all cells are said once, the others in each row.
class Shapes {
 public:
  using Dimensions = std::map<std::string, std::uint64_t>;

  explicit Shapes(const std::vector<const Run*>& runs);

  // "N=256 M=128 B=2"
  std::string text(const Dimensions& dimensions) const;
  std::string text(const FixedDimensions& fixed) const;
  // With threads where they matter: one machine may have run several.
  std::string text(const MeasuredCell& cell) const;
  std::string common() const;

 private:
  Dimensions common_;
  std::set<int> threads_;
};

// "3.226 ms"; of what has no time its status.
std::string seconds_text(const MeasuredCell* cell, const Interval& mean);

// In its colour, where there is a terminal.
std::string shown(const std::string& text, Change change);

}  // namespace suite
