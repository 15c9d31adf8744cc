#include "analysis/statistics/least_squares.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <xtensor-blas/xlinalg.hpp>

#include "primitives/tensor.h"

namespace suite {
namespace {

// Rows times the roots of their weights; each column at length one, so that
// 1 and N²D can stand side by side.
struct Scaled {
  Tensor<double, 2> matrix;
  Tensor<double, 1> right;
  std::vector<double> lengths;
};

Scaled scaled(const LinearProblem& problem,
              const std::vector<std::size_t>& chosen) {
  const std::size_t rows = problem.right.size();
  Scaled s;
  s.matrix.resize({rows, chosen.size()});
  s.right.resize({rows});
  for (std::size_t i = 0; i < rows; ++i) {
    s.right(i) = std::sqrt(problem.weights[i]) * problem.right[i];
  }
  for (std::size_t j = 0; j < chosen.size(); ++j) {
    double squares = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      s.matrix(i, j) =
          std::sqrt(problem.weights[i]) * problem.columns[chosen[j]][i];
      squares += s.matrix(i, j) * s.matrix(i, j);
    }
    s.lengths.push_back(squares > 0 ? std::sqrt(squares) : 1);
    for (std::size_t i = 0; i < rows; ++i) s.matrix(i, j) /= s.lengths[j];
  }
  return s;
}

double weighted_squares(const LinearProblem& problem,
                        const std::vector<double>& coefficients) {
  double squares = 0;
  for (std::size_t i = 0; i < problem.right.size(); ++i) {
    double rest = problem.right[i];
    for (std::size_t j = 0; j < coefficients.size(); ++j) {
      rest -= coefficients[j] * problem.columns[j][i];
    }
    squares += problem.weights[i] * rest * rest;
  }
  return squares;
}

// Over the chosen columns alone; others get 0.
LinearFit solve(const LinearProblem& problem,
                const std::vector<std::size_t>& chosen) {
  LinearFit fit;
  fit.coefficients.assign(problem.columns.size(), 0);
  if (!chosen.empty()) {
    const Scaled s = scaled(problem, chosen);
    const auto solved = xt::linalg::lstsq(s.matrix, s.right);
    for (std::size_t j = 0; j < chosen.size(); ++j) {
      fit.coefficients[chosen[j]] = std::get<0>(solved)(j) / s.lengths[j];
    }
  }
  fit.squares = weighted_squares(problem, fit.coefficients);
  return fit;
}

std::vector<std::size_t> all_columns(const LinearProblem& problem) {
  std::vector<std::size_t> all(problem.columns.size());
  for (std::size_t j = 0; j < all.size(); ++j) all[j] = j;
  return all;
}

// How much a little of column j would take off the squares, relative to what
// rounding could make of it.
double pull(const LinearProblem& problem, const LinearFit& fit, std::size_t j) {
  double product = 0, size = 0;
  for (std::size_t i = 0; i < problem.right.size(); ++i) {
    double rest = problem.right[i];
    for (std::size_t k = 0; k < fit.coefficients.size(); ++k) {
      rest -= fit.coefficients[k] * problem.columns[k][i];
    }
    product += problem.weights[i] * problem.columns[j][i] * rest;
    size += problem.weights[i] *
            std::abs(problem.columns[j][i] * problem.right[i]);
  }
  return size > 0 ? product / size : 0;
}

// The chosen column whose coefficient reaches zero first on the way from `fit`
// to `trial`; the number of columns if none does.
std::size_t first_at_zero(const std::vector<std::size_t>& chosen,
                          const LinearFit& fit, const LinearFit& trial) {
  std::size_t first = fit.coefficients.size();
  double least = std::numeric_limits<double>::infinity();
  for (const std::size_t j : chosen) {
    if (trial.coefficients[j] > 0) continue;
    const double from = fit.coefficients[j];
    const double step =
        from > 0 ? from / (from - trial.coefficients[j]) : 0;
    if (step < least) least = step, first = j;
  }
  return first;
}

}  // namespace

LinearFit least_squares(const LinearProblem& problem) {
  return solve(problem, all_columns(problem));
}

LinearFit non_negative_least_squares(const LinearProblem& problem) {
  constexpr double kRounding = 1e-10;
  std::vector<std::size_t> chosen;
  LinearFit fit = solve(problem, chosen);
  // Each round takes a column in; a cycle would need equal squares.
  for (std::size_t round = 0; round < 8 * problem.columns.size(); ++round) {
    double strongest = kRounding;
    std::size_t next = problem.columns.size();
    for (const std::size_t j : all_columns(problem)) {
      if (std::find(chosen.begin(), chosen.end(), j) != chosen.end()) continue;
      const double strength = pull(problem, fit, j);
      if (strength > strongest) strongest = strength, next = j;
    }
    if (next == problem.columns.size()) break;
    chosen.push_back(next);
    LinearFit trial = solve(problem, chosen);
    // Walk towards the trial until a coefficient reaches zero; leave it out.
    for (std::size_t out = first_at_zero(chosen, fit, trial);
         out != problem.columns.size();
         out = first_at_zero(chosen, fit, trial)) {
      const double from = fit.coefficients[out];
      const double step =
          from > 0 ? from / (from - trial.coefficients[out]) : 0;
      for (const std::size_t j : chosen) {
        fit.coefficients[j] +=
            step * (trial.coefficients[j] - fit.coefficients[j]);
      }
      fit.coefficients[out] = 0;
      std::erase(chosen, out);
      trial = solve(problem, chosen);
    }
    fit = trial;
  }
  return fit;
}

std::vector<double> coefficient_variances(const LinearProblem& problem) {
  const Scaled s = scaled(problem, all_columns(problem));
  const std::size_t n = problem.columns.size();
  Tensor<double, 2> normal({n, n});
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < n; ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < problem.right.size(); ++i) {
        sum += s.matrix(i, j) * s.matrix(i, k);
      }
      normal(j, k) = sum;
    }
  }
  const Tensor<double, 2> inverse = xt::linalg::pinv(normal);
  std::vector<double> variances;
  for (std::size_t j = 0; j < n; ++j) {
    variances.push_back(inverse(j, j) / (s.lengths[j] * s.lengths[j]));
  }
  return variances;
}

}  // namespace suite
