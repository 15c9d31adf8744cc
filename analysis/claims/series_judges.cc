// Claims on how one quantity depends on one dimension.
#include <cmath>

#include "analysis/claims/judges.h"
#include "analysis/statistics/power_law.h"

namespace suite {
namespace {

std::vector<double> sizes(const std::vector<Point>& points) {
  std::vector<double> x;
  for (const Point& point : points) x.push_back(point.x);
  return x;
}

// Why the points don't tell a law, or nothing.
std::string too_little(const Evidence& evidence) {
  const auto& points = evidence.points;
  const std::string lacks =
      evidence.lacks.empty() ? "" : " (" + evidence.lacks + ")";
  if (points.size() < kFewestSizes) {
    return fmt::format("{} sizes, {} are needed{}", points.size(), kFewestSizes,
                       lacks);
  }
  if (points.back().x < kLeastRange * points.front().x) {
    return fmt::format("the sizes span {:.3g}×, {}× is needed{}",
                       points.back().x / points.front().x, kLeastRange, lacks);
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].x == points[i - 1].x) {
      return fmt::format("several cells have the size {}", points[i].x);
    }
  }
  return "";
}

// Why the locations can't be fitted, or nothing.
std::string not_positive(const std::vector<Point>& points,
                         const Resampling& resampling) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(resampling.locations()[i])) {
      return fmt::format("at {} nothing positive is left", points[i].x);
    }
  }
  return "";
}

double log_range(const std::vector<Point>& points) {
  return std::log(points.back().x / points.front().x);
}

void show_fit(Verdict& verdict, const PowerLaw& law) {
  for (VerdictPoint& point : verdict.points) point.fit = law.at(point.x);
}

std::string worst_residual(const PowerFit& fit) {
  double worst = 0;
  for (const double r : fit.residuals) worst = std::max(worst, std::abs(r));
  std::string text = fmt::format("residuals up to {:.1f} %", 100 * worst);
  if (fit.misses) text += ", more than repetitions vary";
  if (!fit.regimes.empty()) text += ": exponent " + fit.regimes;
  return text;
}

// Both judges start alike: false if there is nothing to fit.
bool can_fit(const Evidence& evidence, const Resampling& resampling,
             Verdict& verdict) {
  verdict.points = shown(evidence.points);
  verdict.reason = not_positive(evidence.points, resampling);
  return verdict.reason.empty();
}

}  // namespace

void judge_exponent(const Case& at, Verdict& verdict) {
  const Evidence evidence = at.evidence(at.claim.subject);
  verdict.reason = too_little(evidence);
  if (!verdict.reason.empty()) return;
  Resampling resampling = resample(evidence.points);
  if (!can_fit(evidence, resampling, verdict)) return;
  const std::vector<double> x = sizes(evidence.points);
  PowerFit fit = fit_power(x, resampling, PowerForm::with_offset);
  const bool bound = at.claim.kind == ClaimKind::upper_bound;
  const bool told_apart = fit.top_share >= kLeastShare;
  // A bound can be judged by the plain slope where the offset hides the law.
  if (bound && !told_apart) fit = fit_power(x, resampling, PowerForm::pure);
  show_fit(verdict, fit.law);
  const double drift = at.drift() / log_range(evidence.points);
  verdict.interval = widened(fit.exponent.usual, drift, drift);
  verdict.reason =
      fmt::format("exponent {} in {}; {}", text_of(*verdict.interval),
                  at.claim.variable, worst_residual(fit));
  if (!bound && !told_apart) {
    verdict.interval.reset();
    verdict.reason = fmt::format(
        "{:.0f} % of the largest cell depend on {}, {:.0f} % are needed",
        100 * fit.top_share, at.claim.variable, 100 * kLeastShare);
    return;
  }
  const double high = *at.claim.value + at.claim.tolerance;
  const double low = bound ? -kUnbounded : *at.claim.value - at.claim.tolerance;
  decide(widened(fit.exponent.wide, drift, drift), low, high, verdict);
}

void judge_independent(const Case& at, Verdict& verdict) {
  const Evidence evidence = at.evidence(at.claim.subject);
  verdict.reason = too_little(evidence);
  if (!verdict.reason.empty()) return;
  Resampling resampling = resample(evidence.points);
  if (!can_fit(evidence, resampling, verdict)) return;
  const PowerFit fit =
      fit_power(sizes(evidence.points), resampling, PowerForm::pure);
  show_fit(verdict, fit.law);
  // The change from the smallest size to the largest.
  const auto change = [&](const Interval& exponent) {
    const double range = log_range(evidence.points);
    const Interval ratio = {std::exp(range * exponent.estimate),
                            std::exp(range * exponent.low),
                            std::exp(range * exponent.high)};
    return widened(ratio, ratio.low * (1 - std::exp(-at.drift())),
                   ratio.high * (std::exp(at.drift()) - 1));
  };
  verdict.interval = change(fit.exponent.usual);
  const double most = 1 + at.claim.tolerance;
  decide(change(fit.exponent.wide), 1 / most, most, verdict);
  verdict.reason = fmt::format(
      "changes by {} over {:.3g}× in {}; {}", text_of(*verdict.interval),
      evidence.points.back().x / evidence.points.front().x, at.claim.variable,
      worst_residual(fit));
}

}  // namespace suite
