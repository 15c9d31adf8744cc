#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "analysis/statistics/least_squares.h"
#include "analysis/statistics/outliers.h"
#include "analysis/statistics/power_law.h"
#include "analysis/statistics/sum_of_terms.h"

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

// No law near it has smaller squares of relative residuals.
TEST(PowerLaw, IsTheBestOfItsNeighbours) {
  std::vector<double> x, y;
  Random random(4);
  for (double n = 128; n <= 8192; n *= 2) {
    x.push_back(n);
    y.push_back((40 + 0.01 * std::pow(n, 1.5)) *
                std::exp(0.05 * random.normal()));
  }
  const auto squares = [&](const PowerLaw& law) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += std::pow(law.at(x[i]) / y[i] - 1, 2);
    }
    return sum;
  };
  for (const std::optional<double> near :
       {std::optional<double>(), std::optional<double>(1.3)}) {
    const PowerLaw best = fit_power_law(x, y, near);
    for (const double step : {-1e-2, 1e-2}) {
      PowerLaw other = best;
      other.offset *= 1 + step;
      EXPECT_GT(squares(other), squares(best));
      other = best;
      other.scale *= 1 + step;
      EXPECT_GT(squares(other), squares(best));
      // The scale as it must be then, to be fair.
      other = best;
      other.exponent += step;
      other.scale *= std::pow(8192, -step);
      EXPECT_GT(squares(other), squares(best));
    }
  }
}

TEST(PowerLaw, ThePureOneIsALineThroughLogarithms) {
  const PowerLaw law =
      fit_pure_power({1, 2, 4, 8}, {1, std::exp(1), std::exp(1), std::exp(3)});
  EXPECT_EQ(law.offset, 0);
  EXPECT_NEAR(law.exponent, 0.9 / std::log(2.0), 1e-12);
  EXPECT_NEAR(law.scale, std::exp(1.25 - 0.9 * 1.5), 1e-12);
}

// y at 256, 512, …, so many repetitions of each, all alike.
Resampling alike(const std::vector<double>& y, std::size_t repetitions) {
  std::vector<Repetitions> groups;
  for (const double value : y) groups.emplace_back(repetitions, value);
  return Resampling(groups);
}

TEST(PowerFit, SaysWhatTheLawLeaves) {
  std::vector<double> x, y;
  for (double n = 256; n <= 16384; n *= 2) {
    x.push_back(n);
    y.push_back(3 + 0.01 * n);
  }
  Resampling counts = alike(y, 1);
  const PowerFit exact = fit_power(x, counts, PowerForm::with_offset);
  EXPECT_NEAR(exact.top_share, 163.84 / 166.84, 1e-6);
  EXPECT_NEAR(exact.exponent.wide.low, 1, 1e-6);
  EXPECT_EQ(exact.exponent.wide.low, exact.exponent.wide.high);
  EXPECT_FALSE(exact.misses);
  y[3] *= 1.1;
  Resampling off = alike(y, 1);
  const PowerFit fit = fit_power(x, off, PowerForm::with_offset);
  ASSERT_EQ(fit.residuals.size(), y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_NEAR(fit.residuals[i], y[i] / fit.law.at(x[i]) - 1, 1e-12);
  }
}

// Repetitions that don't vary at all miss whatever is not the law itself.
TEST(PowerFit, WithoutNoiseMissesByAnything) {
  std::vector<double> x, y;
  for (double n = 256; n <= 16384; n *= 2) {
    x.push_back(n);
    y.push_back(1e-6 * n);
  }
  Resampling on = alike(y, 3);
  EXPECT_FALSE(fit_power(x, on, PowerForm::pure).misses);
  y[3] *= 1.001;
  Resampling off = alike(y, 3);
  EXPECT_TRUE(fit_power(x, off, PowerForm::pure).misses);
}

// Then the intervals are at least Student's t of the line's slope.
TEST(PowerFit, WhatTheSizesMissTheLawByWidens) {
  std::vector<double> x;
  std::vector<Repetitions> groups;
  Random random(3);
  for (int k = 0; k < 9; ++k) {
    x.push_back(256 << k);
    Repetitions& group = groups.emplace_back();
    for (int r = 0; r < 7; ++r) {
      group.push_back(x.back() * (k % 2 == 0 ? 1.05 : 1 / 1.05) *
                      std::exp(0.001 * random.normal()));
    }
  }
  Resampling resampling(groups);
  const PowerFit fit = fit_power(x, resampling, PowerForm::pure);
  EXPECT_TRUE(fit.misses);
  EXPECT_EQ(fit.regimes, "") << "two lines are no better";
  // Residuals of 5 % up and down; x lies evenly, ln 2 apart.
  double squares = 0;
  for (const double residual : fit.residuals) {
    squares += std::pow(std::log(1 + residual), 2);
  }
  const double deviation = std::sqrt(squares / 7 / 60) / std::log(2.0);
  const auto half = [&](double t) { return t * deviation; };
  const double p = fit.exponent.usual.estimate;
  EXPECT_NEAR(fit.exponent.usual.high - p, half(2.36462), 1e-6);
  EXPECT_NEAR(p - fit.exponent.usual.low, half(2.36462), 1e-6);
  EXPECT_NEAR(fit.exponent.wide.high - p, half(3.49948), 1e-6);
  EXPECT_NEAR(p - fit.exponent.wide.low, half(3.49948), 1e-6);
}

TEST(PowerFit, WhatRepetitionsVaryByMissesNothing) {
  std::vector<double> x;
  std::vector<Repetitions> groups;
  Random random(5);
  for (int k = 0; k < 7; ++k) {
    x.push_back(256 << k);
    Repetitions& group = groups.emplace_back();
    for (int r = 0; r < 7; ++r) {
      group.push_back((1000 + x.back()) * std::exp(0.03 * random.normal()));
    }
  }
  Resampling resampling(groups);
  const PowerFit fit = fit_power(x, resampling, PowerForm::with_offset);
  EXPECT_FALSE(fit.misses);
  EXPECT_EQ(fit.regimes, "");
  EXPECT_TRUE(fit.exponent.usual.contains(1));
}

// Three sizes make a line: six are enough for two.
TEST(PowerFit, SixSizesCanBeTwoRegimes) {
  std::vector<double> x, y;
  for (double n = 256; n <= 8192; n *= 2) {
    x.push_back(n);
    y.push_back(n <= 1024 ? n : n * n * n / (1024 * 1024));
  }
  Resampling resampling = alike(y, 3);
  const PowerFit fit = fit_power(x, resampling, PowerForm::pure);
  EXPECT_EQ(fit.regimes, "1 up to 1024, then 3");
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
