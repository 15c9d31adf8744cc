// A cell of a run, and what of it is still to do.
#pragma once

#include <vector>

#include "experiments/measurement/cell_under_test.h"

namespace suite {

struct PlannedCell {
  CellUnderTest tested;
  std::vector<int> repetitions;  // their numbers

  // Of these repetitions, with a warm-up before each.
  double seconds() const {
    return static_cast<double>(repetitions.size()) *
           (tested.repetition_seconds() + tested.warm_up_seconds());
  }
};

}  // namespace suite
