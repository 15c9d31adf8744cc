// Measurements for Extra-P (github.com/extra-p/extrap), as an outside opinion.
#pragma once

#include <map>
#include <string>

#include "analysis/runs/run.h"

namespace suite {

// JSON Lines by file name, "scaling_n.perceiver.jsonl": one measurement a line,
// the dimensions that vary as parameters and the part as call path. A file for
// each contestant, since Extra-P wants every call path at every coordinate.
std::map<std::string, std::string> extrap_files(const Run& run);

}  // namespace suite
