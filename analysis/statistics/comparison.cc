#include "analysis/statistics/comparison.h"

#include <cmath>

namespace suite {
namespace {

// Logarithms of first over second.
std::vector<double> log_ratios(const Locations& both) {
  const std::size_t half = both.size() / 2;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < half; ++i) {
    ratios.push_back(both[i] - both[half + i]);
  }
  return ratios;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

bool changes_sign(double a, double b) { return (a <= 0) != (b <= 0); }

std::size_t sign_changes(const std::vector<double>& ratios) {
  std::size_t changes = 0;
  for (std::size_t i = 0; i + 1 < ratios.size(); ++i) {
    changes += changes_sign(ratios[i], ratios[i + 1]);
  }
  return changes;
}

// The logarithm of the first x where the ratio is one.
double log_crossing(const std::vector<double>& x,
                    const std::vector<double>& ratios, double& steepness) {
  for (std::size_t i = 0; i + 1 < ratios.size(); ++i) {
    if (!changes_sign(ratios[i], ratios[i + 1])) continue;
    const double step = std::log(x[i + 1] / x[i]);
    steepness = (ratios[i + 1] - ratios[i]) / step;
    return std::log(x[i]) - ratios[i] / steepness;
  }
  const bool ends_nearer =
      std::abs(ratios.back()) < std::abs(ratios.front());
  return std::log(ends_nearer ? x.back() : x.front());
}

Bounds exponential(const Bounds& logs) {
  const auto of = [](const Interval& i) {
    return Interval{std::exp(i.estimate), std::exp(i.low), std::exp(i.high)};
  };
  return {of(logs.usual), of(logs.wide)};
}

}  // namespace

Bounds ratio_bounds(Resampling& both) {
  const double estimate = mean(log_ratios(both.locations()));
  std::vector<double> draws;
  for (int d = 0; d < kDraws && !both.exact(); ++d) {
    draws.push_back(mean(log_ratios(both.draw())));
  }
  return exponential(percentile_bounds(estimate, std::move(draws), both));
}

Crossing crossing(const std::vector<double>& x, Resampling& both) {
  Crossing result;
  const std::vector<double> ratios = log_ratios(both.locations());
  result.found = sign_changes(ratios);
  if (result.found == 0) return result;
  const double estimate = log_crossing(x, ratios, result.steepness);
  std::vector<double> draws;
  for (int d = 0; d < kDraws && !both.exact(); ++d) {
    double steepness = 0;
    draws.push_back(log_crossing(x, log_ratios(both.draw()), steepness));
  }
  result.x = exponential(percentile_bounds(estimate, std::move(draws), both));
  return result;
}

}  // namespace suite
