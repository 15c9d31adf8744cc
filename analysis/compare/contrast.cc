#include "analysis/compare/contrast.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace suite {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

bool all_positive(const std::vector<double>& values) {
  return !values.empty() &&
         std::all_of(values.begin(), values.end(),
                     [](double v) { return v > 0 && std::isfinite(v); });
}

}  // namespace

Interval log_contrast(const std::vector<LogTerm>& terms) {
  double estimate = 0, variance = 0, over_freedom = 0;
  bool repeated = true;
  for (const LogTerm& term : terms) {
    if (!all_positive(term.seconds)) {
      return {std::numeric_limits<double>::quiet_NaN(), -kInfinite, kInfinite};
    }
    const double count = static_cast<double>(term.seconds.size());
    double mean = 0, squares = 0;
    for (const double s : term.seconds) mean += std::log(s) / count;
    for (const double s : term.seconds) {
      squares += (std::log(s) - mean) * (std::log(s) - mean);
    }
    estimate += term.weight * mean;
    repeated &= count > 1;
    if (count < 2) continue;
    const double own =
        term.weight * term.weight * squares / (count - 1) / count;
    variance += own;
    over_freedom += own * own / (count - 1);
  }
  if (!repeated) return {estimate, -kInfinite, kInfinite};
  if (!(variance > 0)) return {estimate, estimate, estimate};
  // Welch–Satterthwaite.
  const boost::math::students_t t(variance * variance / over_freedom);
  const double half = quantile(t, 0.5 + kConfidence / 2) * std::sqrt(variance);
  return {estimate, estimate - half, estimate + half};
}

Interval exponential(const Interval& logs) {
  return {std::exp(logs.estimate), std::exp(logs.low), std::exp(logs.high)};
}

bool is_known(const Interval& interval) {
  return std::isfinite(interval.estimate) && std::isfinite(interval.low) &&
         std::isfinite(interval.high);
}

}  // namespace suite
