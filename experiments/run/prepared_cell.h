// Check, then count: what a cell must pass before it is timed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/run/live_cell.h"

namespace suite {

// Cells slower than this are not warmed up again before each repetition.
inline constexpr double kWarmUpSeconds = 0.1;

struct PreparedCell {
  const Cell* cell = nullptr;
  Cost declared;
  double forward_seconds = 0;   // of the warm-up
  std::int64_t iterations = 1;  // forwards of one repetition
  std::vector<int> repetitions;  // still to do
  std::unique_ptr<LiveCell> live;
  std::optional<std::uint64_t> output_hash;

  double repetition_seconds() const {
    return forward_seconds * static_cast<double>(iterations);
  }
};

// Throws Error unless the contestant agrees with the oracle on a small version
// of the cell. Each contestant and small shape is checked once a process.
void check_answer(const Cell& cell, std::uint64_t seed);

// Throws Error unless a forward was finite, cost what was declared, part by
// part, and gave the bits that it gave before.
void check_measurement(PreparedCell& prepared, const Measurement& measured);

// The forward that allocates what later ones reuse, checked as above. Sets how
// long one takes and how many make a repetition.
void first_forward(PreparedCell& prepared);

}  // namespace suite
