#include "experiments/roofline/roofline_table.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

constexpr Roofs kRoofs{.fma_flops_per_second = 1e9,
                       .gemm_flops_per_second = 8e8,
                       .bytes_per_second = 1e8,
                       .exponentials_per_second = 1e7};

// Of 4 seconds in all; half of a second belongs to no part.
MeasuredForward forward() {
  MeasuredForward made{"trial(a=1, b=2)/N=8", {}, 4};
  made.cost[Part::mlp] = {
      .macs = 500'000'000, .bytes_moved = 1'000'000, .seconds = 2};
  made.cost[Part::layer_norm] = {.bytes_moved = 60'000'000, .seconds = 0.5};
  made.cost[Part::softmax] = {.logits = 5'000'000, .seconds = 1};
  return made;
}

TEST(RooflineTable, SharesAreWhatTheBoundAllowsOverWhatWasMeasured) {
  const auto rows = roofline_rows(forward(), kRoofs);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].part, "layer_norm");
  EXPECT_EQ(rows[0].bound.name, "bandwidth");
  EXPECT_DOUBLE_EQ(rows[0].share_of_bound(), 1.2) << "it was in a cache";
  EXPECT_EQ(rows[0].share_of_gemm(kRoofs), 0) << "it has no MACs";
  EXPECT_EQ(rows[1].part, "softmax");
  EXPECT_EQ(rows[1].bound.name, "exponentials");
  EXPECT_DOUBLE_EQ(rows[1].share_of_bound(), 0.5);
  EXPECT_EQ(rows[2].part, "mlp");
  EXPECT_EQ(rows[2].bound.name, "FMA peak");
  EXPECT_DOUBLE_EQ(rows[2].share_of_bound(), 0.5);
  EXPECT_DOUBLE_EQ(rows[2].share_of_gemm(kRoofs), 0.625);
}

// Faster than exponentials can be: some were made within the scores.
TEST(RooflineTable, ExponentialsWithoutTheirTimeStandWithTheScores) {
  for (const double seconds : {0.0, 0.4}) {
    MeasuredForward made = forward();
    made.cost[Part::scores] = {.macs = 1'000'000, .seconds = 1};
    made.cost[Part::softmax].seconds = seconds;
    const auto rows = roofline_rows(made, kRoofs);
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[1].part, "scores+softmax");
    EXPECT_EQ(rows[1].work.logits, 5'000'000u);
    EXPECT_DOUBLE_EQ(rows[1].work.seconds, 1 + seconds);
  }
}

TEST(RooflineTable, TheTotalIsBoundByItsPartsOneAfterAnother) {
  const RooflineRow total = roofline_rows(forward(), kRoofs).back();
  EXPECT_EQ(total.part, "total");
  EXPECT_DOUBLE_EQ(total.bound.seconds, 0.6 + 0.5 + 1);
  EXPECT_DOUBLE_EQ(total.share_of_bound(), 2.1 / 4);
  EXPECT_DOUBLE_EQ(total.share_of_gemm(kRoofs), 0.3125);
}

TEST(RooflineTable, TextHasALineForEachPart) {
  const std::string text = roofline_text(forward(), kRoofs, "sgemm");
  EXPECT_EQ(text, R"(
trial(a=1, b=2)/N=8
                         GMACs        MB   FLOPs/B        ms  bound         allows ms of bound of sgemm
layer_norm                   -      60.0         -   500.000  bandwidth       600.000    120 %        -
softmax                      -         -         -  1000.000  exponentials    500.000     50 %        -
mlp                      0.500       1.0    1000.0  2000.000  FMA peak       1000.000     50 %     62 %
total                    0.500      61.0      16.4  4000.000  all parts      2100.000     52 %     31 %
)");
}

TEST(RooflineTable, CsvIsQuotedAndLeavesEmptyWhatCannotBeSaid) {
  const std::string text =
      roofline_csv_header() + roofline_csv({forward()}, kRoofs);
  EXPECT_NE(text.find("\n\"trial(a=1, b=2)/N=8\",softmax,0,5000000,0,,1,"
                      "exponentials,0.5,0.5,,1000000000,800000000,100000000,"
                      "10000000\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(",mlp,500000000,0,1000000,1000,2,FMA peak,1,0.5,0.625,"),
            std::string::npos)
      << text;
}

TEST(RooflineTable, WhatTookNoTimeHasNoShare) {
  MeasuredForward idle;
  idle.cost[Part::mlp] = {.macs = 1};
  const auto rows = roofline_rows(idle, kRoofs);
  EXPECT_EQ(rows[0].share_of_bound(), 0);
  EXPECT_EQ(rows[0].share_of_gemm(kRoofs), 0);
}

}  // namespace
}  // namespace suite
