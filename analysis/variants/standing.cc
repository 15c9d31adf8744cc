#include "analysis/variants/standing.h"

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

// The N at which both were timed, with all other letters as in the base.
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
                   const Definition& definition, Standing& standing) {
  std::uint64_t slower = 0, next = 0;  // the last size at which it is, and the next
  for (const std::uint64_t N : sizes) {
    const auto ratio =
        ratio_at(N, standing.contestant, "seconds", run, definition);
    if (slower != 0 && next == 0) next = N;
    if (ratio && ratio->estimate > 1) continue;
    slower = N;
    next = 0;
  }
  const Verdict crossing = judge(
      against_softmax(ClaimKind::crossover, standing.contestant, "seconds"), run,
      definition);
  if (slower == 0) {
    standing.pays = fmt::format("{} or fewer", *sizes.begin());
  } else if (next == 0) {
    standing.pays = fmt::format("not to {}", slower);
  } else if (crossing.interval) {
    const Interval& at = *crossing.interval;
    standing.pays_from = at;
    standing.pays = fmt::format("{:.0f} [{:.0f}, {:.0f}]", at.estimate, at.low,
                                at.high);
  } else {
    standing.pays = fmt::format("between {} and {}", slower, next);
  }
}

Standing standing_of(const std::string& contestant,
                     const std::set<std::uint64_t>& sizes, const Run& run,
                     const Definition& definition,
                     const std::vector<Claim>& claims,
                     const std::vector<MeasuredError>& errors) {
  Standing standing;
  standing.contestant = contestant;
  standing.about = find_contestant(contestant).contestant;
  standing.N = *sizes.rbegin();
  standing.speed =
      ratio_at(standing.N, contestant, "seconds", run, definition);
  standing.memory =
      ratio_at(standing.N, contestant, "bytes_peak", run, definition);
  for (const Claim& claim : claims) {
    const auto& in = claim.experiments;
    if (claim.kind == ClaimKind::exponent && claim.quantity == "seconds" &&
        claim.variable == "N" && claim.subject.part == "attention" &&
        claim.subject.contestant == contestant &&
        std::find(in.begin(), in.end(), run.experiment) != in.end()) {
      standing.growth = judge(claim, run, definition);
    }
  }
  if (contestant != kSoftmax) find_crossing(sizes, run, definition, standing);
  for (const MeasuredError& error : errors) {
    if (error.contestant == contestant) {
      standing.errors[error.pattern] = error.error;
    }
  }
  return standing;
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

std::vector<Standing> standings(const Run& run, const Definition& definition,
                                const std::vector<Claim>& claims,
                                const std::vector<MeasuredError>& errors) {
  std::vector<Standing> all;
  std::set<std::string> seen;
  for (const MeasuredCell& cell : run.cells) {
    if (!seen.insert(cell.contestant).second || !is_known(cell.contestant)) {
      continue;
    }
    const auto sizes = common_sizes(cell.contestant, run, definition);
    if (sizes.size() < 2) continue;
    all.push_back(standing_of(cell.contestant, sizes, run, definition, claims,
                              errors));
  }
  const auto place = [](const Standing& s) {
    return s.speed ? s.speed->estimate : 0;
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Standing& a, const Standing& b) {
                     return std::pair(a.N, place(a)) > std::pair(b.N, place(b));
                   });
  return all;
}

}  // namespace suite
