#include "analysis/compare/crossing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace suite {
namespace {

// Two equal times: an exact ratio e^y.
std::vector<double> estimates(const std::vector<double>& x,
                              const std::vector<double>& y) {
  std::vector<TimesAt> points;
  for (std::size_t i = 0; i < x.size(); ++i) {
    points.push_back({x[i], {std::exp(y[i]), std::exp(y[i])}, {1, 1}});
  }
  std::vector<double> found;
  for (const Interval& each : crossings(points)) {
    EXPECT_NEAR(each.low, each.estimate, 1e-9 * each.estimate);
    EXPECT_NEAR(each.high, each.estimate, 1e-9 * each.estimate);
    found.push_back(each.estimate);
  }
  return found;
}

TEST(Crossings, AreFoundBetweenNeighboursAndOnPoints) {
  using List = std::vector<double>;
  EXPECT_EQ(estimates({1, 2, 4}, {1, 2, 3}), List{});
  EXPECT_EQ(estimates({}, {}), List{});
  ASSERT_EQ(estimates({1, 4}, {-1, 1}).size(), 1u);
  EXPECT_NEAR(estimates({1, 4}, {-1, 1})[0], 2, 1e-12);
  EXPECT_EQ(estimates({1, 2, 4}, {-1, 0, 1}), List{2}) << "once";
  EXPECT_EQ(estimates({1, 2, 4, 8}, {-1, 1, -1, 1}).size(), 3u);
  EXPECT_NEAR(estimates({0, 8}, {-1, 3})[0], 2, 1e-12) << "no logarithm of 0";
}

// A line that crosses at x = 24, and a curve: measured five times with noise.
std::vector<TimesAt> measured(double noise, std::mt19937& random) {
  std::vector<TimesAt> points;
  for (double x = 4; x < 200; x *= 2) {
    TimesAt point{x, {}, {}};
    for (int repetition = 0; repetition < 5; ++repetition) {
      std::lognormal_distribution<double> factor(0, noise);
      point.one.push_back(x * factor(random));
      point.other.push_back(x * x / 24 * factor(random));
    }
    points.push_back(std::move(point));
  }
  return points;
}

TEST(Crossings, IntervalsHoldTheTruthAsOftenAsTheySay) {
  std::mt19937 random(7);
  constexpr int kRuns = 1000;
  int held_24 = 0, held_1 = 0, widest = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto a = crossings(measured(0.05, random));
    const auto b = crossings(measured(0.1, random));
    ASSERT_EQ(a.size(), 1u);
    ASSERT_EQ(b.size(), 1u);
    EXPECT_TRUE(a[0].contains(a[0].estimate));
    held_24 += a[0].contains(24);
    held_1 += crossing_change(a[0], b[0]).contains(1);
    held_1 += crossing_change(b[0], a[0]).contains(1);
    widest += b[0].high - b[0].low > a[0].high - a[0].low;
  }
  // Three standard deviations of 1,000 tosses: 0.021.
  EXPECT_NEAR(held_24, 0.95 * kRuns, 21);
  EXPECT_NEAR(held_1, 0.95 * 2 * kRuns, 42);
  EXPECT_GT(widest, 0.9 * kRuns);
}

TEST(Crossings, TheRangeEndsAnIntervalThatHasNoEndInIt) {
  std::mt19937 random(7);
  for (int run = 0; run < 20; ++run) {
    for (const Interval& each : crossings(measured(5, random))) {
      EXPECT_GE(each.low, 4);
      EXPECT_LE(each.high, 128);
      EXPECT_TRUE(each.contains(each.estimate));
    }
  }
  // A single time has no interval.
  const auto once = crossings({{4, {1}, {2}}, {16, {2}, {1}}});
  ASSERT_EQ(once.size(), 1u);
  EXPECT_NEAR(once[0].estimate, 8, 1e-12);
  EXPECT_EQ(once[0].low, 4);
  EXPECT_EQ(once[0].high, 16);
}

}  // namespace
}  // namespace suite
