// Standings as a table and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/tables/table.h"
#include "analysis/variants/standing.h"

namespace suite {

Table leaderboard(const Run& run, const std::vector<Standing>& standings);

// For readers who don't know the variants yet: their papers, and where they are
// exact; no errors.
Table status(const Run& run, const std::vector<Standing>& standings);

nlohmann::json json_of(const std::vector<Standing>& standings);

}  // namespace suite
