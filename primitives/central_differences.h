// What the tests of backwards are judged by: slopes of a loss, in double.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "primitives/tensor.h"

namespace suite {

// Σ weights∘values: a loss that touches every value.
template <std::size_t rank>
double weighted_sum(const Tensor<double, rank>& weights,
                    const Tensor<double, rank>& values) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += weights.data()[i] * values.data()[i];
  }
  return sum;
}

// Is `gradient` what central differences of loss(), which reads `values`, say?
inline void expect_slopes(std::span<double> values,
                          std::span<const double> gradient,
                          const std::function<double()>& loss,
                          const std::string& what) {
  constexpr double kStep = 1e-5, kTolerance = 1e-7;
  ASSERT_EQ(values.size(), gradient.size()) << what;
  double largest = 1;
  for (const double slope : gradient) {
    largest = std::max(largest, std::abs(slope));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double before = values[i];
    values[i] = before + kStep;
    const double above = loss();
    values[i] = before - kStep;
    const double below = loss();
    values[i] = before;
    ASSERT_NEAR((above - below) / (2 * kStep), gradient[i],
                kTolerance * largest)
        << what << ", value " << i;
  }
}

template <std::size_t rank>
void expect_slopes(Tensor<double, rank>& values,
                   const Tensor<double, rank>& gradient,
                   const std::function<double()>& loss,
                   const std::string& what) {
  expect_slopes(std::span<double>(values.data(), values.size()),
                std::span<const double>(gradient.data(), gradient.size()), loss,
                what);
}

}  // namespace suite
