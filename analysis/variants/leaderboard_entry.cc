#include "analysis/variants/leaderboard_entry.h"

#include <algorithm>
#include <set>

#include "analysis/claims/evidence.h"
#include "contract/registry.h"

namespace suite {
namespace {

// Its whole forward against softmax attention's.
Claim against_softmax(ClaimKind kind, const std::string& contestant,
                      const std::string& quantity) {
  Claim claim;
  claim.kind = kind;
  claim.quantity = quantity;
  claim.variable = "N";
  claim.value = 1;
  claim.subject.contestant = kSoftmax;
  claim.versus = Subject{.contestant = contestant};
  return claim;
}

// How many times softmax's is its own, where N is given.
std::optional<Interval> ratio_at(std::uint64_t N, const std::string& contestant,
                                 const std::string& quantity, const Run& run,
                                 const Definition& definition) {
  Claim claim = against_softmax(ClaimKind::ratio, contestant, quantity);
  claim.variable.clear();
  claim.subject.where["N"] = N;
  claim.versus->where["N"] = N;
  return judge(claim, run, definition).interval;
}

// The N at which both were timed, with all other dimensions as in the base.
std::set<std::uint64_t> common_sizes(const std::string& contestant,
                                     const Run& run,
                                     const Definition& definition) {
  const Claim claim =
      against_softmax(ClaimKind::crossover, contestant, "seconds");
  std::set<std::uint64_t> own, common;
  for (const Point& point :
       gather(claim, *claim.versus, run, definition).points) {
    own.insert(static_cast<std::uint64_t>(point.x));
  }
  for (const Point& point :
       gather(claim, claim.subject, run, definition).points) {
    const auto N = static_cast<std::uint64_t>(point.x);
    if (own.count(N) > 0) common.insert(N);
  }
  return common;
}

// Where it begins to pay: where it crosses softmax once, with an interval; else
// between which sizes it last does, so far as repetitions tell.
void find_crossing(const std::set<std::uint64_t>& sizes, const Run& run,
                   const Definition& definition, LeaderboardEntry& entry) {
  std::uint64_t slower = 0, next = 0;  // the last at which it is, and the next
  for (const std::uint64_t N : sizes) {
    const auto ratio =
        ratio_at(N, entry.contestant, "seconds", run, definition);
    if (slower != 0 && next == 0) next = N;
    if (ratio && ratio->estimate > 1) continue;
    slower = N;
    next = 0;
  }
  const Verdict crossing =
      judge(against_softmax(ClaimKind::crossover, entry.contestant, "seconds"),
            run, definition);
  if (slower == 0) {
    entry.pays = fmt::format("{} or fewer", *sizes.begin());
  } else if (next == 0) {
    entry.pays = fmt::format("not to {}", slower);
  } else if (crossing.interval) {
    const Interval& at = *crossing.interval;
    entry.pays_from = at;
    entry.pays =
        fmt::format("{:.0f} [{:.0f}, {:.0f}]", at.estimate, at.low, at.high);
  } else {
    entry.pays = fmt::format("between {} and {}", slower, next);
  }
}

LeaderboardEntry entry_of(const std::string& contestant,
                          const std::set<std::uint64_t>& sizes, const Run& run,
                          const Definition& definition,
                          const std::vector<Claim>& claims,
                          const std::vector<MeasuredError>& errors) {
  LeaderboardEntry entry;
  entry.contestant = contestant;
  entry.about = find_contestant(contestant).contestant;
  entry.N = *sizes.rbegin();
  entry.speed = ratio_at(entry.N, contestant, "seconds", run, definition);
  entry.memory = ratio_at(entry.N, contestant, "bytes_peak", run, definition);
  for (const Claim& claim : claims) {
    const auto& in = claim.experiments;
    if (claim.kind == ClaimKind::exponent && claim.quantity == "seconds" &&
        claim.variable == "N" && claim.subject.part == "attention" &&
        claim.subject.contestant == contestant &&
        std::find(in.begin(), in.end(), run.experiment) != in.end()) {
      entry.growth = judge(claim, run, definition);
    }
  }
  if (contestant != kSoftmax) find_crossing(sizes, run, definition, entry);
  for (const MeasuredError& error : errors) {
    if (error.contestant == contestant) {
      entry.errors[error.pattern] = error.error;
    }
  }
  return entry;
}

bool is_known(const std::string& contestant) {
  try {
    find_contestant(contestant);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<LeaderboardEntry> leaderboard_entries(
    const Run& run, const Definition& definition,
    const std::vector<Claim>& claims,
    const std::vector<MeasuredError>& errors) {
  std::vector<LeaderboardEntry> all;
  std::set<std::string> seen;
  for (const MeasuredCell& cell : run.cells) {
    if (!seen.insert(cell.contestant).second || !is_known(cell.contestant)) {
      continue;
    }
    const auto sizes = common_sizes(cell.contestant, run, definition);
    if (sizes.size() < 2) continue;
    all.push_back(
        entry_of(cell.contestant, sizes, run, definition, claims, errors));
  }
  const auto place = [](const LeaderboardEntry& s) {
    return s.speed ? s.speed->estimate : 0;
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const LeaderboardEntry& a, const LeaderboardEntry& b) {
                     return std::pair(a.N, place(a)) > std::pair(b.N, place(b));
                   });
  return all;
}

}  // namespace suite
