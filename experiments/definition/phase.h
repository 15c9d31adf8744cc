// Which part of training a cell measures.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace suite {

enum class Phase {
  forward,   // as in evaluation: nothing is kept
  backward,  // after a forward that keeps what it needs, which is not timed
  update,  // of the parameters by a gradient that is there, clipped by its norm
  step,    // all three, one after the other
};
inline constexpr std::array<std::string_view, 4> kPhaseNames = {
    "forward", "backward", "update", "step"};

inline std::string_view name_of(Phase phase) {
  return kPhaseNames[static_cast<std::size_t>(phase)];
}

// How tables and claims tell a contestant's phases apart: "perceiver" and
// "perceiver: backward".
inline std::string of_phase(const std::string& contestant,
                            std::string_view phase) {
  if (phase.empty() || phase == name_of(Phase::forward)) return contestant;
  return contestant + ": " + std::string(phase);
}

}  // namespace suite
