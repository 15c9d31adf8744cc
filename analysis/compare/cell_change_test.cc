#include "analysis/compare/cell_change.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/runs/testing.h"

namespace suite {
namespace {

constexpr double kTolerance = 0.05;

// One cell in each run: A takes a second, B `ratio` seconds, and the logarithm
// of a repetition deviates by `deviation`. The interval's half-width is
// t(0.975; 8)·√(2/5) = 1.458 deviations, 2.122 of the one that decides.
class CellChangeTest : public testing::Test {
 protected:
  CellChange change(double ratio, double deviation) {
    a_.cells = {made_cell("perceiver", {{"N", 64}}, spread(1, deviation))};
    b_.cells = {made_cell("perceiver", {{"N", 64}}, spread(ratio, deviation))};
    return change();
  }

  CellChange change() {
    const auto all = cell_changes(pair_cells(a_, b_), kTolerance);
    EXPECT_EQ(all.size(), 1u);
    return all.at(0);
  }

  std::string_view name(double ratio, double deviation) {
    return name_of(change(ratio, deviation).change);
  }

  suite::Run a_ = made_run("a", {}), b_ = made_run("b", {});
};

TEST_F(CellChangeTest, FindsTheRatioThatWasPutIn) {
  const CellChange found = change(1.25, 0.01);
  EXPECT_NEAR(found.ratio.estimate, 1.25, 1e-12);
  EXPECT_NEAR(found.ratio.low, 1.25 * std::exp(-0.01458), 1e-4);
  EXPECT_NEAR(found.ratio.high, 1.25 * std::exp(0.01458), 1e-4);
  EXPECT_NEAR(found.a.estimate, 1, 1e-12);
  EXPECT_NEAR(found.b.estimate, 1.25, 1e-12);
}

TEST_F(CellChangeTest, IsSameWithinTheToleranceEvenIfAllOfItIsAboveOne) {
  EXPECT_EQ(name(1, 0.01), "SAME");
  EXPECT_EQ(name(1.02, 0.01), "SAME");
  EXPECT_EQ(name(1 / 1.02, 0.01), "SAME");
}

TEST_F(CellChangeTest, IsFasterOrSlowerWhenTheWholeIntervalIs) {
  EXPECT_EQ(name(0.8, 0.01), "FASTER");
  EXPECT_EQ(name(1.25, 0.01), "SLOWER");
  // Beyond the tolerance with one end.
  EXPECT_EQ(name(1.04, 0.01), "SLOWER");
  EXPECT_EQ(name(1 / 1.04, 0.01), "FASTER");
}

TEST_F(CellChangeTest, IsCalledAnotherByTheWiderIntervalThanIsShown) {
  const CellChange found = change(1.09, 0.05);
  EXPECT_GT(found.ratio.low, 1);
  EXPECT_EQ(found.change, Change::unclear);
  EXPECT_EQ(name(1.12, 0.05), "SLOWER");
}

TEST_F(CellChangeTest, IsUnclearWhenNoneOfTheseIsSure) {
  EXPECT_EQ(name(1, 0.1), "UNCLEAR");
  EXPECT_EQ(name(1.1, 0.1), "UNCLEAR");
  change(1, 0.01);
  b_.cells[0].parts["total"].seconds = {5};
  EXPECT_EQ(name_of(change().change), "UNCLEAR") << "one repetition is none";
}

TEST_F(CellChangeTest, DriftOfEitherRunWidensTheInterval) {
  ASSERT_EQ(name(1.2, 0.01), "SLOWER");
  a_.speeds.drift = std::log(1.09);
  EXPECT_EQ(name(1.2, 0.01), "SLOWER") << "too little to count";
  a_.speeds.drift = std::log(1.25);
  const CellChange found = change(1.2, 0.01);
  EXPECT_EQ(found.change, Change::unclear);
  EXPECT_NEAR(found.ratio.low, 1.2 * std::exp(-0.01458) / 1.25, 1e-4);
  EXPECT_NEAR(found.ratio.high, 1.2 * std::exp(0.01458) * 1.25, 1e-4);
  EXPECT_NEAR(found.ratio.estimate, 1.2, 1e-12);
  a_.speeds.drift = 0;
  b_.speeds.drift = std::log(1.25);
  EXPECT_EQ(name(1.2, 0.01), "UNCLEAR");
  a_.speeds.drift = b_.speeds.drift;
  EXPECT_NEAR(change(1.2, 0.01).ratio.high, 1.2 * std::exp(0.01458) * 1.5625,
              1e-4)
      << "of both, if both drifted";
}

TEST_F(CellChangeTest, AChangedModelIsDifferentAndNotFaster) {
  change(0.5, 0.01);
  b_.cells[0].parts["total"].macs = 900;
  EXPECT_EQ(name_of(change().change), "DIFFERENT");
  EXPECT_EQ(change().why, "MACs 1000 → 900");
  change(0.5, 0.01);
  b_.cells[0].parameters = 11;
  EXPECT_EQ(change().why, "parameters 10 → 11");
  EXPECT_EQ(change().change, Change::different);
}

TEST_F(CellChangeTest, PeakBytesAreApartFromSpeed) {
  change(0.5, 0.01);
  b_.cells[0].bytes_peak = 3;
  EXPECT_EQ(change().why, "peak bytes 2000 → 3");
  EXPECT_EQ(change().change, Change::faster);
  EXPECT_EQ(change().peak, Change::better);
  b_.cells[0].bytes_peak = 2099;
  EXPECT_EQ(change().peak, Change::same) << "within the tolerance";
  EXPECT_EQ(change().why, "peak bytes 2000 → 2099");
  b_.cells[0].bytes_peak = 2200;
  EXPECT_EQ(change().peak, Change::worse);
  b_.cells[0].bytes_peak.reset();
  EXPECT_EQ(change().peak, Change::same) << "not counted";
  EXPECT_EQ(change().why, "");
}

TEST_F(CellChangeTest, ACellThatFailsSinceIsDifferent) {
  change(1, 0.01);
  b_.cells[0].status = "failed";
  b_.cells[0].reason = "not finite";
  EXPECT_EQ(change().change, Change::different);
  EXPECT_EQ(change().why, "failed in B: not finite");
  std::swap(a_, b_);
  EXPECT_EQ(change().change, Change::untimed) << "it works since";
  EXPECT_EQ(change().why, "failed in A: not finite");
}

TEST_F(CellChangeTest, ASkippedCellIsUntimedUnlessItsPredictionChanged) {
  change(1, 0.01);
  b_.cells = {made_cell("perceiver", {{"N", 64}}, {})};
  b_.cells[0].bytes_peak = 77;
  EXPECT_EQ(change().change, Change::untimed);
  EXPECT_EQ(change().why, "skipped in B: too large");
  b_.cells[0].parts["total"].macs = 0;
  EXPECT_EQ(change().change, Change::untimed) << "nothing was predicted";
  b_.cells[0].parts["total"].macs = 7;
  EXPECT_EQ(change().change, Change::different);
}

TEST_F(CellChangeTest, AcrossMachinesCountsMustAgreeAndTimesNeedNot) {
  change(2, 0.01);
  b_.machine = "another, 8 cores";
  EXPECT_TRUE(cell_changes(pair_cells(a_, b_), kTolerance).empty());
  b_.cells = {made_cell("perceiver", {{"N", 64}}, spread(2, 0.01), 1000, 8)};
  b_.cells[0].bytes_peak = 3;
  EXPECT_TRUE(cell_changes(pair_cells(a_, b_), kTolerance).empty())
      << "eight threads hold more";
  b_.cells[0].parts["total"].macs = 7;
  EXPECT_EQ(change().change, Change::different);
}

}  // namespace
}  // namespace suite
