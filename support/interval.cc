#include "support/interval.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace suite {
namespace {

// Of the logarithms.
struct Moments {
  double count = 0, mean = 0, variance_of_mean = 0;
};

Moments log_moments(const std::vector<double>& values) {
  Moments m;
  m.count = static_cast<double>(values.size());
  for (const double value : values) m.mean += std::log(value) / m.count;
  double squares = 0;
  for (const double value : values) {
    squares += (std::log(value) - m.mean) * (std::log(value) - m.mean);
  }
  m.variance_of_mean = squares / (m.count - 1) / m.count;
  return m;
}

bool usable(const std::vector<double>& values) {
  return values.size() >= 2 &&
         std::all_of(values.begin(), values.end(),
                     [](double v) { return v > 0 && std::isfinite(v); });
}

constexpr Interval kUnknown = {std::numeric_limits<double>::quiet_NaN(), 0,
                               std::numeric_limits<double>::infinity()};

Interval around(double log_estimate, double variance, double freedom,
                double confidence) {
  const double estimate = std::exp(log_estimate);
  if (!(variance > 0)) return {estimate, estimate, estimate};
  const boost::math::students_t t(freedom);
  const double half =
      quantile(t, 0.5 + confidence / 2) * std::sqrt(variance);
  return {estimate, std::exp(log_estimate - half),
          std::exp(log_estimate + half)};
}

}  // namespace

Interval ratio_interval(const std::vector<double>& a,
                        const std::vector<double>& b, double confidence) {
  if (!usable(a) || !usable(b)) return kUnknown;
  const Moments x = log_moments(a), y = log_moments(b);
  const double variance = x.variance_of_mean + y.variance_of_mean;
  // Welch–Satterthwaite.
  const double freedom =
      variance * variance /
      (x.variance_of_mean * x.variance_of_mean / (x.count - 1) +
       y.variance_of_mean * y.variance_of_mean / (y.count - 1));
  return around(x.mean - y.mean, variance, freedom, confidence);
}

Interval mean_interval(const std::vector<double>& values, double confidence) {
  if (!usable(values)) return kUnknown;
  const Moments m = log_moments(values);
  return around(m.mean, m.variance_of_mean, m.count - 1, confidence);
}

}  // namespace suite
