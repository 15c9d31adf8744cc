#include "analysis/papers/verdict.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

const Figure kPlain{.of = Quantity::flops, .printed = "200.0 B"};

TEST(Verdict, ComesFromTheDifference) {
  EXPECT_EQ(verdict(kPlain, 200.04e9, {}), "agrees to the digit");
  EXPECT_EQ(verdict(kPlain, 200.06e9, {}), "within 1 %");
  EXPECT_EQ(verdict(kPlain, 198.1e9, {}), "within 1 %");
  EXPECT_EQ(verdict(kPlain, 202.1e9, {}), "differs: unexplained");
  EXPECT_EQ(verdict(kPlain, 197.9e9, {}), "differs: unexplained");
  EXPECT_EQ(verdict(kPlain, {}, {}), "no model here");
  EXPECT_EQ(verdict({.of = Quantity::flops}, 1, {}), "not published");
}

TEST(Verdict, AReasonIsGivenOnlyWhereFiguresDiffer) {
  Figure figure = kPlain;
  figure.inconsistent = "a misprint";
  EXPECT_EQ(verdict(figure, 200e9, {}), "agrees to the digit");
  EXPECT_EQ(verdict(figure, 201e9, {}), "within 1 %");
  EXPECT_EQ(verdict(figure, 300e9, {}),
            "published figure inconsistent: a misprint");
}

TEST(Verdict, WhatIsSaidToExplainMustAgree) {
  Figure figure = kPlain;
  figure.inconsistent = "of 12 layers";
  figure.explained_by = "other";
  EXPECT_EQ(verdict(figure, 300e9, 200.03e9),
            "published figure inconsistent: of 12 layers (other: 200.03 B, "
            "agrees to the digit)");
  EXPECT_EQ(verdict(figure, 300e9, 201e9),
            "published figure inconsistent: of 12 layers (other: 201.00 B, "
            "within 1 %)");
  EXPECT_EQ(verdict(figure, 300e9, 250e9), "differs: unexplained");
  figure.explained_by = "macs";
  EXPECT_NE(verdict(figure, 300e9, 200e9).find("(so counted: 200.00 B"),
            std::string::npos);
}

TEST(Verdict, RatiosAreComparedByWhoIsAhead) {
  EXPECT_EQ(ratio_verdict(2.6, 1.2), "same order");
  EXPECT_EQ(ratio_verdict(1.01, 0.98), "same order");
  EXPECT_EQ(ratio_verdict(0.4, 0.9), "same order");
  EXPECT_EQ(ratio_verdict(2.6, 0.9), "another order");
  EXPECT_EQ(ratio_verdict(2.6, 1.0), "another order");
}

}  // namespace
}  // namespace suite
