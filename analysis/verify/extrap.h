// Measurements for Extra-P (github.com/extra-p/extrap), as an outside opinion.
#pragma once

#include <string>
#include <vector>

#include "analysis/runs/run.h"

namespace suite {

// JSON Lines: one measurement a line, with the letters that vary within a
// contestant as parameters and contestant and part as call path.
std::string extrap_lines(const std::vector<Run>& runs);

}  // namespace suite
