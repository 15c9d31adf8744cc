// The checks that every contestant gets without asking. Each is named as what
// it finds true, throws Error with what it found instead, and has a contestant
// that it must reject (wrong_contestants_test.cc).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "contract/contestant.h"

namespace suite {

struct ConformanceCheck {
  std::string_view name;
  std::function<void(const Contestant&)> run;  // throws Error
};

const std::vector<ConformanceCheck>& conformance_checks();

// The odd shapes that checks go through: one of everything, one beside powers
// of two, several tiles with a rest, widths that differ.
std::vector<Shape> odd_shapes();

// The contestant with its defaults, and with each option changed alone to each
// of its values.
std::vector<Options> option_variants(const Contestant& contestant);

}  // namespace suite
