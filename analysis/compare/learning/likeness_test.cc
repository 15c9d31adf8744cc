#include "analysis/compare/learning/likeness.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/compare/learning/testing.h"

namespace suite {
namespace {

class LikenessTest : public testing::Test {
 protected:
  Likeness likeness() const { return likeness_of({&a_, &b_}); }

  Curve a_ = made_curve("x", 1), b_ = a_;
};

TEST_F(LikenessTest, TheSameIsTheSame) {
  EXPECT_TRUE(likeness().whole);
  EXPECT_EQ(likeness().same_until, 200u);
  EXPECT_EQ(text_of(likeness()), "are the same to the bit");
  // Clocks are not asked.
  b_.held_out[1].seconds *= 2;
  EXPECT_TRUE(likeness().whole);
}

TEST_F(LikenessTest, OneBitParts) {
  b_.held_out[1].loss = std::nextafter(b_.held_out[1].loss, 9);
  EXPECT_FALSE(likeness().whole);
  EXPECT_EQ(likeness().parts_at, 100u);
  EXPECT_EQ(likeness().same_until, 0u);
  EXPECT_EQ(text_of(likeness()), "part at step 100");
}

TEST_F(LikenessTest, EveryNumberThatIsNoClockIsAsked) {
  const auto nudged = [](double& value) { value = std::nextafter(value, 9); };
  nudged(b_.held_out[2].accuracy);
  EXPECT_EQ(likeness().parts_at, 200u);
  b_ = a_;
  // Of steps between looks only this tells.
  nudged(*b_.held_out[2].train_loss);
  EXPECT_EQ(likeness().parts_at, 200u);
  b_ = a_;
  nudged(b_.test->loss);
  EXPECT_EQ(likeness().parts_at, 200u);
  b_ = a_;
  nudged(b_.train->loss);
  EXPECT_EQ(likeness().parts_at, 200u);
  b_ = a_;
  b_.held_out[1].train_loss.reset();
  EXPECT_EQ(likeness().parts_at, 100u);
}

TEST_F(LikenessTest, WhatIsNoNumberMayBeSoTwice) {
  a_.held_out[2].loss = b_.held_out[2].loss = std::nan("");
  EXPECT_TRUE(likeness().whole);
  b_.held_out[2].loss = 1;
  EXPECT_EQ(likeness().parts_at, 200u);
}

TEST_F(LikenessTest, OneMayEndSooner) {
  b_.held_out.pop_back();
  b_.train.reset();
  b_.test.reset();
  EXPECT_FALSE(likeness().whole);
  EXPECT_FALSE(likeness().parts_at.has_value());
  EXPECT_EQ(likeness().same_until, 100u);
  EXPECT_EQ(text_of(likeness()),
            "are the same to the bit until step 100, where one ends or looks "
            "elsewhere");
  b_ = a_;
  b_.failure = "step 201: the loss is nan";
  EXPECT_FALSE(likeness().whole);
  b_ = a_;
  b_.test.reset();
  EXPECT_FALSE(likeness().whole);
}

TEST_F(LikenessTest, LooksAtOtherStepsAreNotCompared) {
  b_.held_out[1].step = 50;
  b_.held_out[1].loss = 1;
  EXPECT_FALSE(likeness().parts_at.has_value());
  EXPECT_EQ(likeness().same_until, 0u);
  b_.held_out.clear();
  EXPECT_EQ(text_of(likeness()), "have no look in common");
}

}  // namespace
}  // namespace suite
