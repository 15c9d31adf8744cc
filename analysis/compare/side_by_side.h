// More than two runs, each against the first.
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/comparison.h"

namespace suite {

struct OtherRun {
  std::string name;  // "B", "C" …
  const Compared* against_first;
};

// A table of one experiment: a row a cell of the first run, a column a run, as
// "1.4 SLOWER"; of cells those that some run changed to one of `only`, all if
// it is empty. All are against the same run. Throws Error if one is of another
// machine, whose times mean nothing beside the first's.
std::string side_by_side_text(const std::vector<OtherRun>& others,
                              const std::vector<Change>& only);

}  // namespace suite
