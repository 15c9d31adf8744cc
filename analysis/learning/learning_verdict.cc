#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "analysis/learning/learning_claim.h"
#include "analysis/learning/student_interval.h"
#include "support/check.h"

namespace suite {
namespace {

using BySeed = std::map<std::uint64_t, double>;

LearningVerdict inconclusive(const LearningClaim& claim, std::string reason) {
  return {&claim, Answer::inconclusive, std::move(reason)};
}

// The curves of the one learner that `pattern` finds. Throws Error, saying so,
// for none, for several and for what is no expression.
std::vector<const Curve*> curves_of(const std::string& pattern,
                                    const std::string& experiment,
                                    const std::vector<Curve>& curves) {
  std::vector<const Curve*> found;
  std::set<std::string> ids;
  try {
    const std::regex expression(pattern);
    for (const Curve& curve : curves) {
      if (curve.experiment != experiment) continue;
      if (!std::regex_search(curve.learner, expression)) continue;
      ids.insert(curve.learner);
      found.push_back(&curve);
    }
  } catch (const std::regex_error&) {
    throw Error(fmt::format("{} is no regular expression", pattern));
  }
  require(!ids.empty(), "no learner is {}", pattern);
  require(ids.size() == 1, "{} finds {} learners, not one", pattern,
          ids.size());
  return found;
}

std::optional<double> value_of(const LearningClaim& claim, const Curve& curve) {
  if (!curve.test || !curve.failure.empty()) return std::nullopt;
  switch (claim.quantity) {
    case LearningQuantity::accuracy:
      return curve.test->accuracy;
    case LearningQuantity::loss:
      return curve.test->loss;
    case LearningQuantity::gap:
      if (!curve.train) return std::nullopt;
      return curve.train->accuracy - curve.test->accuracy;
    case LearningQuantity::information:
      if (curve.held_out.empty()) return std::nullopt;
      return curve.held_out.back().latent_information;
    case LearningQuantity::speed:
      // Who never came so far was at best about to: that flatters it.
      return 1 / curve.seconds_to(claim.accuracy).value_or(curve.test->seconds);
  }
  return std::nullopt;
}

// With all seeds? Asked of speeds; what else is measured is there.
bool came_so_far(const LearningClaim& claim,
                 const std::vector<const Curve*>& curves) {
  if (claim.quantity != LearningQuantity::speed) return true;
  return std::all_of(curves.begin(), curves.end(), [&](const Curve* curve) {
    return curve->seconds_to(claim.accuracy).has_value();
  });
}

BySeed values_of(const LearningClaim& claim,
                 const std::vector<const Curve*>& curves) {
  BySeed values;
  for (const Curve* curve : curves) {
    const std::optional<double> value = value_of(claim, *curve);
    if (value && std::isfinite(*value)) values[curve->seed] = *value;
  }
  return values;
}

LearningVerdict judge_reaching(const LearningClaim& claim,
                               const std::vector<const Curve*>& curves) {
  std::size_t reached = 0, ended = 0;
  double worst = std::numeric_limits<double>::infinity(), longest = 0;
  for (const Curve* curve : curves) {
    const std::optional<double> value = value_of(claim, *curve);
    // What failed has not reached anything.
    if (!curve->failure.empty()) ++ended;
    if (!value) continue;
    ++ended;
    const double seconds = curve->test->seconds;
    worst = std::min(worst, *value);
    longest = std::max(longest, seconds);
    reached += came_so_far(claim, {curve}) && *value >= claim.least && (claim.within_seconds == 0 ||
                                         seconds <= claim.within_seconds);
  }
  if (ended < claim.seeds) {
    return inconclusive(claim, fmt::format("{} seeds came to their end, {} are "
                                           "needed",
                                           ended, claim.seeds));
  }
  const std::string time =
      claim.within_seconds > 0
          ? fmt::format(" within {:g} s (the longest took {:.3g} s)",
                        claim.within_seconds, longest)
          : "";
  return {&claim,
          reached >= claim.seeds ? Answer::supported
                                 : Answer::refuted,
          fmt::format("{} of {} seeds reach {:g}{}; the worst is at {:.4g}",
                      reached, ended, claim.least, time, worst)};
}

std::optional<double> value_before(const Curve& curve) {
  if (curve.held_out.empty() || curve.held_out.front().step != 0) {
    return std::nullopt;
  }
  return curve.held_out.front().latent_information;
}

// Is the mean difference above the claim's bound, or within its tolerance?
LearningVerdict judge_differences(const LearningClaim& claim,
                                  const std::vector<double>& differences) {
  if (differences.size() < claim.seeds) {
    return inconclusive(claim,
                        fmt::format("{} seeds have both, {} are needed",
                                    differences.size(), claim.seeds));
  }
  const bool is_ratio = claim.quantity == LearningQuantity::speed;
  const Interval interval = student_interval(differences);
  const auto shown = [&](double x) { return is_ratio ? std::exp(x) : x; };
  const std::string text = fmt::format(
      "{} {:.4g} [{:.4g}, {:.4g}] over {} pairs of seeds",
      is_ratio ? "ratio" : "difference", shown(interval.estimate),
      shown(interval.low), shown(interval.high), differences.size());
  Answer answer = Answer::inconclusive;
  if (claim.kind == LearningKind::same) {
    if (interval.low >= -claim.tolerance && interval.high <= claim.tolerance) {
      answer = Answer::supported;
    } else if (interval.low > claim.tolerance ||
               interval.high < -claim.tolerance) {
      answer = Answer::refuted;
    }
    return {&claim, answer,
            fmt::format("{}; allowed is {:g} either way", text,
                        claim.tolerance)};
  }
  const double bound = is_ratio ? std::log(claim.least) : claim.least;
  if (interval.low > bound) answer = Answer::supported;
  if (interval.high < bound) answer = Answer::refuted;
  return {&claim, answer,
          fmt::format("{}; must be above {:g}", text, claim.least)};
}

LearningVerdict judge_growth(const LearningClaim& claim,
                             const std::vector<const Curve*>& curves) {
  std::vector<double> differences;
  for (const Curve* curve : curves) {
    const std::optional<double> after = value_of(claim, *curve);
    const std::optional<double> before = value_before(*curve);
    if (after && before) differences.push_back(*after - *before);
  }
  return judge_differences(claim, differences);
}

LearningVerdict judge_pairs(const LearningClaim& claim,
                            const std::vector<const Curve*>& curves,
                            const std::vector<const Curve*>& others) {
  const BySeed values = values_of(claim, curves);
  const BySeed theirs = values_of(claim, others);
  // The other may be flattered, what is claimed of may not.
  if (!came_so_far(claim, curves)) {
    return inconclusive(claim, "with some seed it never came so far");
  }
  std::vector<double> differences;
  for (const auto& [seed, value] : values) {
    const auto other = theirs.find(seed);
    if (other == theirs.end()) continue;
    // Speeds are compared as ratios.
    differences.push_back(claim.quantity == LearningQuantity::speed
                              ? std::log(value / other->second)
                              : value - other->second);
  }
  return judge_differences(claim, differences);
}

}  // namespace

LearningVerdict judge(const LearningClaim& claim,
                      const std::vector<Curve>& curves) {
  try {
    const auto own = curves_of(claim.learner, claim.experiment, curves);
    if (claim.kind == LearningKind::reaches) return judge_reaching(claim, own);
    if (claim.kind == LearningKind::grows) return judge_growth(claim, own);
    return judge_pairs(claim, own,
                       curves_of(claim.than, claim.experiment, curves));
  } catch (const Error& error) {
    return inconclusive(claim, error.what());
  }
}

}  // namespace suite
