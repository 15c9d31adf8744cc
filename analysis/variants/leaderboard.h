// The leaderboard, as a table and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "analysis/tables/table.h"
#include "analysis/variants/leaderboard_entry.h"

namespace suite {

Table leaderboard(const Run& run, const std::vector<LeaderboardEntry>& entries);

// For readers who don't know the variants yet: their papers, and where they are
// exact; no errors.
Table status(const Run& run, const std::vector<LeaderboardEntry>& entries);

nlohmann::json json_of(const std::vector<LeaderboardEntry>& entries);

}  // namespace suite
