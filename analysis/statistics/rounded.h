// Numbers as every machine writes them.
#pragma once

#include <fmt/core.h>

#include <cstdlib>

namespace suite {

// To 12 digits: the last ones depend on how a CPU contracts sums.
inline double rounded(double value) {
  return std::strtod(fmt::format("{:.11e}", value).c_str(), nullptr);
}

}  // namespace suite
