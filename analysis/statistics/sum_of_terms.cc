#include "analysis/statistics/sum_of_terms.h"

#include <algorithm>
#include <cmath>

#include "analysis/statistics/least_squares.h"

namespace suite {
namespace {

constexpr int kSumDraws = 500;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

using Columns = std::vector<std::vector<double>>;

// All cells but one.
std::vector<double> coefficients(const Columns& terms, const Locations& logs,
                                 std::size_t left_out) {
  LinearProblem problem;
  problem.columns.resize(terms.size());
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (i == left_out) continue;
    for (std::size_t j = 0; j < terms.size(); ++j) {
      problem.columns[j].push_back(terms[j][i]);
    }
    problem.right.push_back(std::exp(logs[i]));
    problem.weights.push_back(std::exp(-2 * logs[i]));
  }
  return non_negative_least_squares(problem).coefficients;
}

double residual(const Columns& terms, const std::vector<double>& coefficients,
                const Locations& logs, std::size_t cell) {
  double fitted = 0;
  for (std::size_t j = 0; j < terms.size(); ++j) {
    fitted += coefficients[j] * terms[j][cell];
  }
  return 1 - fitted / std::exp(logs[cell]);
}

double worst_prediction(const Columns& terms, const Locations& logs) {
  double worst = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const auto without = coefficients(terms, logs, i);
    const double off = std::abs(residual(terms, without, logs, i));
    // What can't be foretold is as wrong as can be.
    worst = std::max(worst, std::isnan(off) ? HUGE_VAL : off);
  }
  return worst;
}

}  // namespace

SumOfTerms fit_sum_of_terms(const Columns& terms, Resampling& resampling) {
  const Locations& logs = resampling.locations();
  SumOfTerms fit;
  fit.coefficients = coefficients(terms, logs, kNone);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    fit.residuals.push_back(residual(terms, fit.coefficients, logs, i));
  }
  const double worst = worst_prediction(terms, logs);
  std::vector<double> draws;
  for (int d = 0; d < kSumDraws && !resampling.exact(); ++d) {
    draws.push_back(worst_prediction(terms, resampling.draw()));
  }
  fit.worst = percentile_bounds(worst, std::move(draws), resampling);
  // Noise only adds to the worst: draws lie above the estimate, not about it.
  for (Interval* interval : {&fit.worst.usual, &fit.worst.wide}) {
    interval->high = std::max(interval->high, worst);
    interval->low = std::max(0.0, std::min(interval->low,
                                           2 * worst - interval->high));
  }
  return fit;
}

}  // namespace suite
