// What a run swept, seen from its cells: those that differ in one dimension.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/runs/run.h"

namespace suite {

// What all cells of a sweep share.
struct FixedDimensions {
  std::map<std::string, std::uint64_t> dimensions;
  // Where D is swept: C is as large as D everywhere, and not in `dimensions`.
  bool input_as_wide = false;
  std::string scalar;
  int threads = 0;

  auto operator<=>(const FixedDimensions&) const = default;

  // "M = 128, B = 2, C = D; float, 2 threads"
  std::string text() const;
};

// One dimension over its values, all others fixed. Points into its run.
struct DimensionSweep {
  std::string dimension;
  FixedDimensions fixed;
  std::vector<std::uint64_t> values;     // ascending
  std::vector<std::string> contestants;  // as contestants_of
  // A contestant that doesn't read the dimension has one cell, for all values.
  std::map<std::string, const MeasuredCell*> everywhere;
  std::map<std::string, std::map<std::uint64_t, const MeasuredCell*>> cells;

  bool reads(const std::string& contestant) const;
  // nullptr where the run has no such cell.
  const MeasuredCell* at(const std::string& contestant,
                         std::uint64_t value) const;
};

// Every contestant, in the order of the definition that the manifest
// keeps, else by name. The first is what others are compared with.
std::vector<std::string> contestants_of(const Run& run);

// Do two cells agree in all dimensions that both read, threads and precision?
bool same_shape(const MeasuredCell& a, const MeasuredCell& b);

// By dimension in the order of the CSV, then by what is fixed. A sweep has a
// contestant with two values of the dimension. One that is held in more
// dimensions takes in those that lack them: a contestant without latents stands
// in the table of every M.
std::vector<DimensionSweep> dimension_sweeps(const Run& run);

}  // namespace suite
