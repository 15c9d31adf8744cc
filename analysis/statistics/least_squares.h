// Linear least squares: the one place of the analysis that does algebra.
#pragma once

#include <vector>

namespace suite {

struct LinearProblem {
  std::vector<std::vector<double>> columns;  // the basis, each [rows]
  std::vector<double> right;                 // [rows]
  std::vector<double> weights;               // of squared residuals, [rows]
};

struct LinearFit {
  std::vector<double> coefficients;  // one a column
  double squares = 0;                // weighted, of what remains
};

// Through LAPACK's singular values: columns may depend on each other.
LinearFit least_squares(const LinearProblem& problem);

// With no coefficient below zero (Lawson and Hanson 1974, ch. 23).
LinearFit non_negative_least_squares(const LinearProblem& problem);

// The unscaled variance of each coefficient: the diagonal of the inverse of the
// weighted normal matrix.
std::vector<double> coefficient_variances(const LinearProblem& problem);

}  // namespace suite
