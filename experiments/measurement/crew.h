// Who does what a cell asks for: this process, or ranks together.
#pragma once

#include <memory>

#include "experiments/measurement/live_cell.h"

namespace suite {

class Crew {
 public:
  virtual ~Crew() = default;

  // Throws Error unless the contestant agrees with the oracle on a small
  // version of the cell, or its gradient with differences.
  virtual void check(const Cell& cell, std::uint64_t seed) = 0;
  virtual std::unique_ptr<LiveCell> make_live(const Cell& cell,
                                              std::uint64_t seed) = 0;
};

// Throws as Crew::check(); a cell over ranks is checked by all of them, each of
// which calls this.
void check_answer(const Cell& cell, std::uint64_t seed,
                  Exchange* exchange = nullptr);

// This process.
Crew& alone();

}  // namespace suite
