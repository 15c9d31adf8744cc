// The checks that every contestant gets without asking. Each has a contestant
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

}  // namespace suite
