// A cell of ours that stands in a contest: checked, its tensors handed out,
// others' answers compared with its own, timed when it is its turn.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiments/measurement/cell_under_test.h"
#include "experiments/rows/rows.h"

namespace suite {

class ContestCell {
 public:
  // Throws Error for a refused shape or an answer that is not the oracle's.
  ContestCell(const Cell& cell, std::uint64_t seed, const RunIdentity& run);

  // Runs once and writes every parameter, `input` and `output` into `folder` as
  // NAME.f32, values alone; returns their shapes.
  nlohmann::json save(const std::string& folder);

  // {"worst", "allowed"} of the output in `file` against ours. Both are rounded,
  // so twice a single answer's error is allowed.
  nlohmann::json compare(const std::string& file) const;

  // One repetition: {"seconds" of one forward, "rows"}.
  nlohmann::json time(int forwards, int repetition);

 private:
  RunIdentity run_;
  CellUnderTest tested_;
};

// A cell as JSON: contestant, options, dimensions, declared cost, and `row`,
// what all its rows have in common. A refused shape has a "refusal".
nlohmann::json described(const Cell& cell, const RunIdentity& run);

}  // namespace suite
