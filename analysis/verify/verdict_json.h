// Verdicts as verdicts.json, which the report reads.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "analysis/claims/verdict.h"

namespace suite {

nlohmann::json json_of(const std::vector<Verdict>& verdicts);

}  // namespace suite
