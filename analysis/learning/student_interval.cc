#include "analysis/learning/student_interval.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace suite {

Interval student_interval(const std::vector<double>& values) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (values.empty()) return {std::nan(""), -kInfinite, kInfinite};
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / n;
  if (values.size() == 1) return {mean, -kInfinite, kInfinite};
  for (const double value : values) squares += (value - mean) * (value - mean);
  const boost::math::students_t distribution(n - 1);
  const double half = boost::math::quantile(distribution, 0.975) *
                      std::sqrt(squares / (n - 1) / n);
  return {mean, mean - half, mean + half};
}

}  // namespace suite
