#include "experiments/run/budget.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

Definition trial() {
  Definition definition;
  definition.budget_seconds = 1e6;
  definition.repetition_seconds = 1e4;
  definition.budget_memory = 1000;
  return definition;
}

class BudgetTest : public testing::Test {
 protected:
  std::string excess(std::uint64_t bytes, double forward_seconds,
                     std::size_t repetitions) const {
    Cost declared;
    declared.bytes_held = bytes;
    return budget_.excess(declared, forward_seconds, repetitions);
  }

  Definition definition_ = trial();
  Progress clock_;
  Budget budget_{definition_, clock_};
};

TEST_F(BudgetTest, SaysWhyACellCannotRun) {
  EXPECT_EQ(excess(1000, 10, 1), "");
  EXPECT_EQ(excess(1001, 10, 1),
            "predicted 1001 bytes exceed the memory budget of 1000");
  EXPECT_EQ(excess(1000, 2e4, 1),
            "predicted 2e+04 s a repetition exceed the limit of 1e+04 s");
  EXPECT_EQ(excess(1000, 1e4, 100),
            "predicted 1.01e+06 s exceed the 1e+06 s left of the budget of "
            "1e+06 s");
}

TEST_F(BudgetTest, WhatIsPlannedIsLeftToNobodyElse) {
  EXPECT_EQ(excess(1000, 1e4, 50), "");
  budget_.plan(6e5);
  EXPECT_NE(excess(1000, 1e4, 50).find("4e+05 s left"), std::string::npos);
  EXPECT_TRUE(budget_.allows(3e5));
  EXPECT_FALSE(budget_.allows(5e5));
  budget_.done(2e5);
  EXPECT_TRUE(budget_.allows(5e5));
  EXPECT_FALSE(budget_.used_up());
}

TEST_F(BudgetTest, NoSecondsAreUsedUpAtOnce) {
  definition_.budget_seconds = 0;
  EXPECT_TRUE(budget_.used_up());
  EXPECT_FALSE(budget_.allows(1));
}

TEST_F(BudgetTest, WithoutALimitARepetitionMayTakeTheWholeBudget) {
  definition_.repetition_seconds = 0;
  EXPECT_EQ(excess(1000, 4e5, 1), "");
}

}  // namespace
}  // namespace suite
