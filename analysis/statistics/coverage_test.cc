// On sweeps whose truth is known: intervals cover it as often as they say, and
// verdicts are false less than once in a hundred, at the very border of the
// tolerance too.
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/statistics/comparison.h"
#include "analysis/statistics/power_law.h"
#include "analysis/statistics/synthetic.h"

namespace suite {
namespace {

constexpr int kSweeps = 1000;
constexpr std::size_t kRepetitions = 7;
constexpr double kTolerance = 0.1;

struct Score {
  int covered = 0;          // by the 95 % interval
  int holds_estimate = 0;   // each of its two does, the wide one the usual too
  int falsely_inside = 0;   // truth at the tolerance's border or beyond, and the
                            // 99 % interval wholly inside
  int falsely_outside = 0;  // truth just within, the interval wholly outside

  void add(const Bounds& bounds, double truth) {
    covered += bounds.usual.contains(truth);
    holds_estimate += bounds.usual.contains(bounds.usual.estimate) &&
                      bounds.wide.contains(bounds.wide.estimate) &&
                      bounds.wide.contains(bounds.usual.low) &&
                      bounds.wide.contains(bounds.usual.high);
    // A claim whose border is the truth: inside is false, outside is false.
    const double low = truth - 2 * kTolerance;
    falsely_inside += bounds.wide.low >= low && bounds.wide.high <= truth;
    falsely_outside += bounds.wide.low > truth;
  }

  // Coverage of 93 to 97 %, less or more what chance does to 1,000 sweeps (a
  // standard error of 0.6 %).
  void expect_honest(const std::string& what) const {
    EXPECT_EQ(holds_estimate, kSweeps) << what;
    EXPECT_GE(covered, kSweeps * 930 / 1000 - 6) << what;
    EXPECT_LE(covered, kSweeps * 970 / 1000 + 6) << what;
    EXPECT_LT(falsely_inside, kSweeps / 100) << what;
    EXPECT_LT(falsely_outside, kSweeps / 100) << what;
  }
};

std::vector<double> doublings(std::size_t count) {
  std::vector<double> x;
  for (std::size_t k = 0; k < count; ++k) {
    x.push_back(256.0 * static_cast<double>(1 << k));
  }
  return x;
}

template <class F>
void for_each_noise(const F& f) {
  for (const Noise noise : kNoises) {
    for (const double deviation : {0.01, 0.1}) {
      f(noise, deviation, name_of(noise) + " " + std::to_string(deviation));
    }
  }
}

void check_exponents(PowerForm form) {
  for_each_noise([&](Noise noise, double deviation, const std::string& what) {
    Random random(42);
    Score score;
    const std::vector<double> x = doublings(8);
    for (int s = 0; s < kSweeps; ++s) {
      const double exponent = 0.8 + 1.4 * random.uniform();
      const double offset =
          form == PowerForm::pure ? 0 : 3 * random.uniform();
      std::vector<double> y;
      for (const double value : x) {
        y.push_back(1e-4 * (offset + std::pow(value / 256, exponent)));
      }
      Resampling resampling(noisy(y, kRepetitions, noise, deviation, random));
      score.add(fit_power(x, resampling, form).exponent, exponent);
    }
    score.expect_honest(what);
  });
}

TEST(Coverage, ExponentsBesideAnOffset) {
  check_exponents(PowerForm::with_offset);
}

TEST(Coverage, ExponentsOfPurePowers) { check_exponents(PowerForm::pure); }

TEST(Coverage, Ratios) {
  for_each_noise([&](Noise noise, double deviation, const std::string& what) {
    Random random(43);
    Score score;
    for (int s = 0; s < kSweeps; ++s) {
      const double ratio = 0.5 + random.uniform();
      Resampling both(
          noisy({ratio * 1e-3, 1e-3}, kRepetitions, noise, deviation, random));
      score.add(ratio_bounds(both), ratio);
    }
    score.expect_honest(what);
  });
}

TEST(Coverage, Crossings) {
  for_each_noise([&](Noise noise, double deviation, const std::string& what) {
    Random random(44);
    Score score;
    const std::vector<double> x = doublings(6);
    for (int s = 0; s < kSweeps; ++s) {
      // Linear against quadratic, meeting somewhere in the middle.
      const double meeting = 1024 * std::pow(2, random.uniform());
      std::vector<double> y;
      for (const double value : x) y.push_back(1e-6 * value);
      for (const double value : x) y.push_back(1e-6 * value * value / meeting);
      Resampling both(noisy(y, kRepetitions, noise, deviation, random));
      const Crossing found = crossing(x, both);
      ASSERT_GE(found.found, 1u);
      // Relative to the truth, so that the tolerance means the same everywhere.
      Bounds relative = found.x;
      for (Interval* interval : {&relative.usual, &relative.wide}) {
        interval->estimate /= meeting;
        interval->low /= meeting;
        interval->high /= meeting;
      }
      score.add(relative, 1);
    }
    score.expect_honest(what);
  });
}

}  // namespace
}  // namespace suite
