// How an attention variant stands beside softmax attention, in one run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/claims/verdict.h"
#include "analysis/runs/errors.h"
#include "contract/contestant.h"

namespace suite {

// The attention that variants are measured by.
inline constexpr const char* kSoftmax = "transformer";

struct LeaderboardEntry {
  std::string contestant;  // as rows name it
  const Contestant* about = nullptr;
  // Of its attention's time in N, and the verdict on what it states of it.
  std::optional<Verdict> growth;
  // From which N on its whole forward is faster than softmax attention's;
  // without an interval, where `pays` says why.
  std::optional<Interval> pays_from;
  std::string pays;  // "812 [790, 840]", "128 or fewer", "not to 16384", …
  // Softmax's over its own, where N is largest of those that both were timed
  // at.
  std::uint64_t N = 0;
  std::optional<Interval> speed, memory;
  std::map<std::string, double> errors;  // by pattern, at the definition's base
};

// Of each contestant that was timed at several N beside softmax attention, the
// fastest at the largest N first. Claims on an exponent of attention's seconds
// become its verdict on growth.
std::vector<LeaderboardEntry> leaderboard_entries(
    const Run& run, const Definition& definition,
    const std::vector<Claim>& claims, const std::vector<MeasuredError>& errors);

}  // namespace suite
