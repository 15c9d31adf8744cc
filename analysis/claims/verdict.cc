#include "analysis/claims/verdict.h"

#include <algorithm>
#include <cmath>

#include "analysis/claims/judges.h"
#include "contract/registry.h"
#include "support/check.h"

namespace suite {
namespace {

std::vector<Repetitions> values(const std::vector<Point>& points) {
  std::vector<Repetitions> groups;
  for (const Point& point : points) groups.push_back(point.values);
  return groups;
}

std::vector<Repetitions> taken_off(const std::vector<Point>& points) {
  std::vector<Repetitions> groups;
  for (const Point& point : points) groups.push_back(point.taken_off);
  return groups;
}

std::string range_text(double low, double high) {
  if (low == -kUnbounded) return fmt::format("what is at most {:.4g}", high);
  if (high == kUnbounded) return fmt::format("what is at least {:.4g}", low);
  return fmt::format("{:.4g} to {:.4g}", low, high);
}

// More repetitions than so many times those there are nobody makes.
constexpr double kMostTimes = 100;

// How many times the repetitions bring the interval to one side of each bound:
// its width falls like one over their root.
double repetitions_needed(const Interval& wide, double low, double high) {
  // From the estimate to a bound, and how far the interval reaches there.
  const auto times = [](double reaches, double bound) {
    return reaches > bound ? std::pow(reaches / bound, 2) : 1.0;
  };
  const double up = wide.high - wide.estimate, down = wide.estimate - wide.low;
  if (wide.estimate < low) return times(up, low - wide.estimate);
  if (wide.estimate > high) return times(down, wide.estimate - high);
  return std::max(times(up, high - wide.estimate),
                  times(down, wide.estimate - low));
}

std::string remedy(const Interval& wide, double low, double high) {
  const double needed = repetitions_needed(wide, low, high);
  if (!(needed <= kMostTimes)) {
    return "the estimate is too near that bound for repetitions to tell";
  }
  return fmt::format("about {:.0f} times the repetitions would settle it",
                     std::ceil(needed));
}

}  // namespace

Resampling resample(const std::vector<Point>& points) {
  return Resampling(values(points), taken_off(points));
}

Resampling resample(const std::vector<Point>& a, const std::vector<Point>& b) {
  std::vector<Repetitions> groups = values(a), off = taken_off(a);
  for (const Repetitions& more : values(b)) groups.push_back(more);
  for (const Repetitions& more : taken_off(b)) off.push_back(more);
  return Resampling(groups, off);
}

std::vector<VerdictPoint> shown(const std::vector<Point>& points) {
  std::vector<VerdictPoint> shown;
  for (const Point& point : points) {
    Resampling one = resample(std::vector<Point>{point});
    const double location = one.locations().front();
    std::vector<double> draws;
    for (int d = 0; d < kDraws && !one.exact(); ++d) {
      draws.push_back(one.draw().front());
    }
    const Interval logs =
        percentile_bounds(location, std::move(draws), one).usual;
    shown.push_back({point.x,
                     {std::exp(logs.estimate), std::exp(logs.low),
                      std::exp(logs.high)},
                     std::nullopt});
  }
  return shown;
}

void decide(const Interval& wide, double low, double high, Verdict& verdict) {
  if (!std::isfinite(wide.estimate)) {
    verdict.undecided = "there is no estimate";
  } else if (wide.low >= low && wide.high <= high) {
    verdict.answer = Answer::supported;
  } else if (wide.high < low || wide.low > high) {
    verdict.answer = Answer::refuted;
  } else {
    verdict.undecided = fmt::format(
        "the 99 % interval {} is neither inside {} nor outside; {}",
        text_of(wide), range_text(low, high), remedy(wide, low, high));
  }
}

std::string text_of(const Interval& interval) {
  // As many digits as the interval leaves.
  if (interval.low == interval.high) {
    return fmt::format("{:.6g}", interval.estimate);
  }
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", interval.estimate, interval.low,
                     interval.high);
}

Interval widened(Interval interval, double down, double up) {
  interval.low -= down;
  interval.high += up;
  return interval;
}

void judge_fact(const Case& at, Verdict& verdict) {
  const Facts& facts =
      find_contestant(at.claim.subject.contestant).contestant->facts;
  const bool holds = at.claim.fact == "output_rows_are_latents" ? facts.latents
                     : at.claim.fact == "permutation_invariant"
                         ? facts.permutation_invariant
                     : at.claim.fact == "permutation_equivariant"
                         ? facts.permutation_equivariant
                         : facts.exact;
  verdict.answer = holds ? Answer::supported : Answer::refuted;
  verdict.reason = fmt::format("a fact of {}; its conformance test asserts it",
                               at.claim.subject.contestant);
}

Verdict judge(const Claim& claim, const Run& run,
              const Definition& definition) {
  Verdict verdict;
  verdict.claim = &claim;
  verdict.experiment = definition.name;
  verdict.threads = run.threads;
  verdict.ranks = run.ranks;
  const Case at{claim, run, definition};
  switch (claim.kind) {
    case ClaimKind::exponent:
    case ClaimKind::upper_bound: judge_exponent(at, verdict); break;
    case ClaimKind::independent: judge_independent(at, verdict); break;
    case ClaimKind::ratio:
    case ClaimKind::at_least: judge_ratio(at, verdict); break;
    case ClaimKind::crossover: judge_crossover(at, verdict); break;
    case ClaimKind::sum_of_terms: judge_sum_of_terms(at, verdict); break;
    case ClaimKind::fact: judge_fact(at, verdict); break;
  }
  if (at.drift() > 0 && verdict.interval) {
    verdict.reason += fmt::format(
        "; the machine's sgemm speed changed by {:.0f} % during the run, which "
        "widens this",
        100 * (std::exp(at.drift()) - 1));
  }
  return verdict;
}

}  // namespace suite
