// Claims on one subject against another.
#include <cmath>

#include "analysis/claims/judges.h"
#include "analysis/statistics/comparison.h"

namespace suite {
namespace {

// Points of both sides at the same x, in its order.
struct Pairs {
  std::vector<Point> a, b;
  std::string lacks;
};

Pairs pairs(const Case& at) {
  const Evidence a = at.evidence(at.claim.subject);
  const Evidence b = at.evidence(*at.claim.versus);
  Pairs pairs;
  pairs.lacks = a.lacks.empty() ? b.lacks : a.lacks;
  for (const Point& point : a.points) {
    for (const Point& other : b.points) {
      // One that doesn't read the variable stands at all of its values.
      if (other.x != point.x && other.x != 0) continue;
      pairs.a.push_back(point);
      pairs.b.push_back(other);
    }
  }
  return pairs;
}

bool usable(const Pairs& pairs, const Resampling& both, Verdict& verdict) {
  for (const double location : both.locations()) {
    if (std::isfinite(location)) continue;
    verdict.reason = "a side is not positive, so there is no ratio";
    return false;
  }
  verdict.points = shown(pairs.a);
  return true;
}

Interval with_drift(const Interval& ratio, double drift) {
  return widened(ratio, ratio.low * (1 - std::exp(-drift)),
                 ratio.high * (std::exp(drift) - 1));
}

// Counts may not average out: the pair that is farthest from the claim.
double farthest(const Resampling& both, double value) {
  const Locations& logs = both.locations();
  const std::size_t half = logs.size() / 2;
  double worst = logs[0] - logs[half];
  for (std::size_t i = 1; i < half; ++i) {
    const double ratio = logs[i] - logs[half + i];
    if (std::abs(ratio - std::log(value)) > std::abs(worst - std::log(value))) {
      worst = ratio;
    }
  }
  return std::exp(worst);
}

}  // namespace

void judge_ratio(const Case& at, Verdict& verdict) {
  const Pairs found = pairs(at);
  if (found.a.empty()) {
    verdict.reason = found.lacks.empty() ? "the run has no such pair of cells"
                                         : found.lacks;
    return;
  }
  Resampling both = resample(found.a, found.b);
  if (!usable(found, both, verdict)) return;
  Bounds ratio = ratio_bounds(both);
  if (both.exact()) {
    const double worst = farthest(both, *at.claim.value);
    ratio.usual = ratio.wide = {worst, worst, worst};
  } else if (both.freedom() < 4) {
    verdict.reason = "too few repetitions";
    return;
  }
  verdict.interval = with_drift(ratio.usual, at.drift());
  const Interval wide = with_drift(ratio.wide, at.drift());
  const double value = *at.claim.value;
  const double slack = 1 + at.claim.tolerance + kRounding;
  if (at.claim.kind == ClaimKind::at_least) {
    decide(wide, value / (1 + kRounding), kUnbounded, verdict);
  } else {
    decide(wide, value / slack, value * slack, verdict);
  }
  verdict.reason = fmt::format("ratio {}", text_of(*verdict.interval));
  if (found.a.size() > 1) {
    verdict.reason += fmt::format(" over {} pairs", found.a.size());
  }
}

void judge_crossover(const Case& at, Verdict& verdict) {
  const Pairs found = pairs(at);
  if (found.a.size() < 2) {
    verdict.reason = fmt::format("{} sizes have both sides{}{}", found.a.size(),
                                 found.lacks.empty() ? "" : "; ", found.lacks);
    return;
  }
  Resampling both = resample(found.a, found.b);
  if (!usable(found, both, verdict)) return;
  std::vector<double> x;
  for (const Point& point : found.a) x.push_back(point.x);
  const Crossing crossing = suite::crossing(x, both);
  if (crossing.found != 1) {
    verdict.reason = fmt::format("between {} = {} and {} they cross {} times",
                                 at.claim.variable, x.front(), x.back(),
                                 crossing.found);
    return;
  }
  const double drift = at.drift() / std::abs(crossing.steepness);
  verdict.interval = with_drift(crossing.x.usual, drift);
  const double slack = 1 + at.claim.tolerance + kRounding;
  decide(with_drift(crossing.x.wide, drift), *at.claim.value / slack,
         *at.claim.value * slack, verdict);
  verdict.reason = fmt::format("they cross at {} = {}", at.claim.variable,
                               text_of(*verdict.interval));
}

}  // namespace suite
