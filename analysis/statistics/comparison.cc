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

struct LogCrossing {
  double log_x = 0;
  double steepness = 0;
  double place = 0;  // between its neighbours, from 0 to 1
};

// The first x where the ratio is one.
LogCrossing log_crossing(const std::vector<double>& x,
                         const std::vector<double>& ratios) {
  for (std::size_t i = 0; i + 1 < ratios.size(); ++i) {
    if (!changes_sign(ratios[i], ratios[i + 1])) continue;
    const double step = std::log(x[i + 1] / x[i]);
    const double rise = ratios[i + 1] - ratios[i];
    const double place = -ratios[i] / rise;
    return {std::log(x[i]) + place * step, rise / step, place};
  }
  const bool ends_nearer =
      std::abs(ratios.back()) < std::abs(ratios.front());
  return {std::log(ends_nearer ? x.back() : x.front())};
}

// Only the four cells beside the crossing matter: Welch and Satterthwaite's
// freedom for their shares in it.
double freedom_beside(double place, const Resampling& both) {
  const double of_a_cell =
      both.freedom() / static_cast<double>(both.locations().size());
  const double near = place * place, far = (1 - place) * (1 - place);
  return 2 * of_a_cell * (near + far) * (near + far) /
         (near * near + far * far);
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
  const LogCrossing found = log_crossing(x, ratios);
  result.steepness = found.steepness;
  std::vector<double> draws;
  for (int d = 0; d < kDraws && !both.exact(); ++d) {
    draws.push_back(log_crossing(x, log_ratios(both.draw())).log_x);
  }
  result.x = exponential(percentile_bounds(found.log_x, std::move(draws), both,
                                           freedom_beside(found.place, both)));
  return result;
}

}  // namespace suite
