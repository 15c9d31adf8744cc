#include "analysis/statistics/power_law.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <limits>

#include "analysis/statistics/least_squares.h"

namespace suite {
namespace {

constexpr double kLeastExponent = 0.05, kMostExponent = 5;
// The chance of calling a law missed that is not.
constexpr double kMissedByChance = 0.01;

std::vector<double> logarithms(const std::vector<double>& values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

std::vector<double> exponentials(const std::vector<double>& logs) {
  std::vector<double> values;
  for (const double value : logs) values.push_back(std::exp(value));
  return values;
}

// For one exponent the best offset and scale, in relative residuals, with x
// counted from its largest and y from its own.
class Profile {
 public:
  Profile(const std::vector<double>& x, const std::vector<double>& y)
      : logs_(logarithms(x)), y_(y) {
    const double top = *std::max_element(logs_.begin(), logs_.end());
    for (double& value : logs_) value -= top;
  }

  // Squares of what remains.
  double operator()(double exponent) {
    // Rows 1/y and x^p/y against 1.
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) {
      const double a = 1 / y_[i], b = std::exp(exponent * logs_[i]) / y_[i];
      aa += a * a, ab += a * b, bb += b * b, a1 += a, b1 += b;
    }
    const double determinant = aa * bb - ab * ab;
    offset = (a1 * bb - b1 * ab) / determinant;
    scale = (b1 * aa - a1 * ab) / determinant;
    double squares = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) {
      const double fitted =
          offset + scale * std::exp(exponent * logs_[i]);
      squares += (1 - fitted / y_[i]) * (1 - fitted / y_[i]);
    }
    return squares;
  }

  double offset = 0, scale = 0;

 private:
  std::vector<double> logs_;
  const std::vector<double>& y_;
};

double best_on_grid(Profile& profile) {
  double best = 1, least = std::numeric_limits<double>::infinity();
  for (double p = kLeastExponent; p <= kMostExponent; p += 0.05) {
    const double squares = profile(p);
    if (squares < least) least = squares, best = p;
  }
  return best;
}

// Columns of the logarithm's derivatives by the parameters, the exponent last.
LinearProblem derivatives(const std::vector<double>& x, const PowerLaw& law,
                          PowerForm form) {
  LinearProblem problem;
  std::vector<double> by_offset, by_scale, by_exponent;
  for (const double value : x) {
    const double y = law.at(value);
    const double varies = law.scale * std::pow(value, law.exponent);
    by_offset.push_back(1 / y);
    by_scale.push_back(varies / y);
    by_exponent.push_back(varies * std::log(value) / y);
  }
  if (form == PowerForm::with_offset) problem.columns.push_back(by_offset);
  problem.columns.push_back(by_scale);
  problem.columns.push_back(by_exponent);
  problem.right.assign(x.size(), 0);
  problem.weights.assign(x.size(), 1);
  return problem;
}

double squares_of_logs(const std::vector<double>& x, const Locations& logs,
                       const PowerLaw& law) {
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double rest = logs[i] - std::log(law.at(x[i]));
    squares += rest * rest;
  }
  return squares;
}

// The best two straight lines, if they explain what one law does not.
std::string two_regimes(const std::vector<double>& x, const Locations& logs,
                        double squares_of_one) {
  constexpr std::size_t kLeast = 3;
  std::string text;
  double least = squares_of_one / 4;  // clearly better, or not worth saying
  for (std::size_t cut = kLeast; cut + kLeast <= x.size(); ++cut) {
    const auto at = static_cast<long>(cut);
    const std::vector<double> x1(x.begin(), x.begin() + at),
        x2(x.begin() + at, x.end());
    const Locations y1(logs.begin(), logs.begin() + at),
        y2(logs.begin() + at, logs.end());
    const PowerLaw low = fit_pure_power(x1, exponentials(y1));
    const PowerLaw high = fit_pure_power(x2, exponentials(y2));
    const double squares =
        squares_of_logs(x1, y1, low) + squares_of_logs(x2, y2, high);
    if (squares >= least) continue;
    least = squares;
    text = fmt::format("{:.3g} up to {:.6g}, then {:.3g}", low.exponent,
                       x1.back(), high.exponent);
  }
  return text;
}

PowerLaw fit(const std::vector<double>& x, const Locations& logs,
             PowerForm form, std::optional<double> near = std::nullopt) {
  if (form == PowerForm::pure) return fit_pure_power(x, exponentials(logs));
  return fit_power_law(x, exponentials(logs), near);
}

Interval hull(const Interval& interval, double half_width) {
  return {interval.estimate,
          std::min(interval.low, interval.estimate - half_width),
          std::max(interval.high, interval.estimate + half_width)};
}

}  // namespace

double PowerLaw::at(double x) const {
  return offset + scale * std::pow(x, exponent);
}

PowerLaw fit_power_law(const std::vector<double>& x,
                       const std::vector<double>& y,
                       std::optional<double> near) {
  Profile profile(x, y);
  const double start = near ? *near : best_on_grid(profile);
  const double reach = near ? 0.5 : 0.05;
  const auto minimum = boost::math::tools::brent_find_minima(
      [&](double p) { return profile(p); },
      std::max(kLeastExponent, start - reach),
      std::min(kMostExponent, start + reach), near ? 16 : 26);
  profile(minimum.first);
  const double top = *std::max_element(x.begin(), x.end());
  return {profile.offset, profile.scale / std::pow(top, minimum.first),
          minimum.first};
}

PowerLaw fit_pure_power(const std::vector<double>& x,
                        const std::vector<double>& y) {
  const std::vector<double> u = logarithms(x), v = logarithms(y);
  const auto n = static_cast<double>(u.size());
  double mean_u = 0, mean_v = 0, uu = 0, uv = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    mean_u += u[i] / n, mean_v += v[i] / n;
  }
  for (std::size_t i = 0; i < u.size(); ++i) {
    uu += (u[i] - mean_u) * (u[i] - mean_u);
    uv += (u[i] - mean_u) * (v[i] - mean_v);
  }
  const double exponent = uv / uu;
  return {0, std::exp(mean_v - exponent * mean_u), exponent};
}

PowerFit fit_power(const std::vector<double>& x, Resampling& resampling,
                   PowerForm form) {
  const Locations& logs = resampling.locations();
  PowerFit result;
  result.law = fit(x, logs, form);
  const double exponent = result.law.exponent;
  for (std::size_t i = 0; i < x.size(); ++i) {
    result.residuals.push_back(std::exp(logs[i]) / result.law.at(x[i]) - 1);
  }
  const auto top = std::max_element(x.begin(), x.end());
  result.top_share = 1 - result.law.offset / result.law.at(*top);
  if (resampling.exact()) {
    result.exponent = percentile_bounds(exponent, {}, resampling);
    return result;
  }

  std::vector<double> draws;
  double variance = 0;  // of a location, over all x
  for (int d = 0; d < kDraws; ++d) {
    const Locations& drawn = resampling.draw();
    draws.push_back(fit(x, drawn, form, exponent).exponent);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double moved = resampling.spread() * (drawn[i] - logs[i]);
      variance += moved * moved / (kDraws * static_cast<double>(x.size()));
    }
  }
  result.exponent = percentile_bounds(exponent, std::move(draws), resampling);

  const LinearProblem problem = derivatives(x, result.law, form);
  const auto spare =
      static_cast<double>(x.size() - problem.columns.size());
  const double squares = squares_of_logs(x, logs, result.law);
  if (spare < 1) return result;
  const boost::math::fisher_f f(spare, resampling.freedom());
  result.misses = variance == 0
                      ? squares > 1e-20
                      : squares / spare / variance >
                            quantile(complement(f, kMissedByChance));
  if (!result.misses) return result;
  const double deviation =
      std::sqrt(squares / spare * coefficient_variances(problem).back());
  const boost::math::students_t t(spare);
  result.exponent.usual =
      hull(result.exponent.usual, deviation * quantile(t, 0.975));
  result.exponent.wide =
      hull(result.exponent.wide, deviation * quantile(t, 0.995));
  result.regimes = two_regimes(x, logs, squares);
  return result;
}

}  // namespace suite
