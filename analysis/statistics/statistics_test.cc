#include <gtest/gtest.h>

#include <cmath>

#include "analysis/statistics/sum_of_terms.h"
#include "analysis/statistics/least_squares.h"
#include "analysis/statistics/outliers.h"
#include "analysis/statistics/power_law.h"

namespace suite {
namespace {

TEST(Outliers, AreClassedByTukeysFences) {
  // Quartiles 2 and 4: fences at -1 and 7, and at -4 and 10.
  const Outliers found = classed({1, 2, 2, 3, 3, 4, 4, 8, 11});
  EXPECT_EQ(found.values, 9u);
  EXPECT_EQ(found.mild, 1u);
  EXPECT_EQ(found.severe, 1u);
}

TEST(Outliers, TooFewValuesHaveNone) {
  const Outliers found = classed({1, 1, 1000});
  EXPECT_EQ(found.mild + found.severe, 0u);
}

TEST(LeastSquares, FindsWhatMadeTheNumbers) {
  LinearProblem problem{{{1, 1, 1, 1}, {1, 2, 3, 4}}, {}, {1, 4, 1, 2}};
  for (const double x : problem.columns[1]) problem.right.push_back(3 - 2 * x);
  const LinearFit fit = least_squares(problem);
  EXPECT_NEAR(fit.coefficients[0], 3, 1e-12);
  EXPECT_NEAR(fit.coefficients[1], -2, 1e-12);
  EXPECT_NEAR(fit.squares, 0, 1e-20);
}

TEST(NonNegativeLeastSquares, KeepsCoefficientsFromGoingBelowZero) {
  LinearProblem problem{{{1, 1, 1, 1}, {1, 2, 3, 4}}, {4, 3, 2, 1}, {1, 1, 1, 1}};
  const LinearFit fit = non_negative_least_squares(problem);
  // The best with no slope is the mean.
  EXPECT_NEAR(fit.coefficients[0], 2.5, 1e-12);
  EXPECT_EQ(fit.coefficients[1], 0);
  EXPECT_NEAR(fit.squares, 5, 1e-12);
}

TEST(NonNegativeLeastSquares, FindsSumsOfVeryUnequalTerms) {
  LinearProblem problem;
  problem.columns.resize(4);
  for (double n = 256; n <= 65536; n *= 2) {
    const std::vector<double> terms = {1, n, n * n, n * n * n};
    for (std::size_t j = 0; j < 4; ++j) problem.columns[j].push_back(terms[j]);
    const double y = 7 + 3e-9 * n * n;
    problem.right.push_back(y);
    problem.weights.push_back(1 / (y * y));
  }
  const LinearFit fit = non_negative_least_squares(problem);
  EXPECT_NEAR(fit.coefficients[0], 7, 1e-6);
  EXPECT_NEAR(fit.coefficients[2], 3e-9, 1e-15);
  EXPECT_NEAR(fit.coefficients[1], 0, 1e-9);
  EXPECT_NEAR(fit.coefficients[3], 0, 1e-18);
}

TEST(PowerLaw, IsFoundExactlyWithoutNoise) {
  std::vector<double> x, y;
  for (double n = 128; n <= 8192; n *= 2) {
    x.push_back(n);
    y.push_back(5 + 0.01 * std::pow(n, 1.5));
  }
  const PowerLaw law = fit_power_law(x, y);
  EXPECT_NEAR(law.exponent, 1.5, 1e-6);
  EXPECT_NEAR(law.offset, 5, 1e-4);
  EXPECT_NEAR(law.at(1000), 5 + 0.01 * std::pow(1000, 1.5), 1e-4);
}

TEST(PowerFit, NamesTwoRegimesWhereTheyAre) {
  std::vector<double> x;
  std::vector<Repetitions> groups;
  Random random(3);
  for (double n = 256; n <= 65536; n *= 2) {
    x.push_back(n);
    // Linear up to 4,096, then quadratic.
    const double truth = n <= 4096 ? n : n * n / 4096;
    Repetitions& group = groups.emplace_back();
    for (int r = 0; r < 7; ++r) {
      group.push_back(truth * std::exp(0.01 * random.normal()));
    }
  }
  Resampling resampling(groups);
  const PowerFit fit = fit_power(x, resampling, PowerForm::pure);
  EXPECT_TRUE(fit.misses);
  EXPECT_NE(fit.regimes.find("up to 4096"), std::string::npos) << fit.regimes;
  // It doesn't pretend to know better than the sizes allow.
  EXPECT_GT(fit.exponent.usual.high - fit.exponent.usual.low, 0.2);
}

TEST(SumOfTerms, WhatIsMadeOfOtherTermsIsForetoldBadly) {
  std::vector<double> n, square, one;
  std::vector<Repetitions> made;
  for (double x = 256; x <= 16384; x *= 2) {
    n.push_back(x);
    square.push_back(x * x);
    one.push_back(1);
    made.push_back({2 * x + 1e-3 * x * x});
  }
  Resampling resampling(made);
  EXPECT_NEAR(fit_sum_of_terms({n, square}, resampling).worst.usual.estimate, 0, 1e-9);
  EXPECT_GT(fit_sum_of_terms({n, one}, resampling).worst.usual.estimate, 0.1);
}

}  // namespace
}  // namespace suite
