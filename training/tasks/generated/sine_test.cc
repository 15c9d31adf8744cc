#include "training/tasks/generated/sine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace suite {
namespace {

TEST(Sine, IsThatOfTheLibrary) {
  for (int i = -3000; i <= 3000; ++i) {
    const double x = i / 1024.0;
    EXPECT_NEAR(sine_of_turns(x), std::sin(2 * std::numbers::pi * x), 2e-13);
  }
  EXPECT_EQ(sine_of_turns(0), 0);
  EXPECT_EQ(sine_of_turns(1e6 + 0.5), 0);
  EXPECT_NEAR(sine_of_turns(1e6 + 0.25), 1, 1e-13);
}

}  // namespace
}  // namespace suite
