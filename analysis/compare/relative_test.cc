#include "analysis/compare/relative.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/compare/contrast.h"
#include "analysis/runs/testing.h"

namespace suite {
namespace {

constexpr double kDeviation = 0.01;

// A Perceiver with latents, whose time is `scale`·N^`exponent`, and a
// transformer that takes as long as it at N = `crossing`, and grows with N².
suite::Run grown(const std::string& id, double scale, double exponent,
                 double crossing, int threads = 2) {
  suite::Run run = made_run(id, {}, id + ", 2 cores");
  for (const std::uint64_t N : {64, 16, 256}) {
    const double own = scale * std::pow(N, exponent);
    run.cells.push_back(made_cell("perceiver", {{"N", N}, {"M", 8}},
                                  spread(own, kDeviation), 1000, threads));
    const double other = scale * std::pow(crossing, exponent - 2) * N * N;
    run.cells.push_back(made_cell("transformer", {{"N", N}},
                                  spread(other, kDeviation), 1000, threads));
  }
  return run;
}

TEST(LogContrast, IsTheDifferenceOfMeansWithWelchsInterval) {
  const std::vector<double> a = spread(2, 0.1), b = spread(1, 0.3);
  const Interval found = exponential(log_contrast({{a, 1}, {b, -1}}));
  const Interval known = ratio_interval(a, b, kConfidence);
  EXPECT_NEAR(found.estimate, known.estimate, 1e-12);
  EXPECT_NEAR(found.low, known.low, 1e-12);
  EXPECT_NEAR(found.high, known.high, 1e-12);
}

TEST(LogContrast, WeightsScaleTheInterval) {
  const Interval one = log_contrast({{spread(2, 0.1), 1}});
  const Interval three = log_contrast({{spread(2, 0.1), -3}});
  EXPECT_NEAR(three.estimate, -3 * std::log(2), 1e-12);
  EXPECT_NEAR(three.high - three.low, 3 * (one.high - one.low), 1e-12);
}

TEST(LogContrast, KnowsWhatItCannotKnow) {
  const Interval once = log_contrast({{{2.0}, 1}, {spread(1, 0.1), -1}});
  EXPECT_NEAR(once.estimate, std::log(2), 1e-12);
  EXPECT_FALSE(is_known(once));
  EXPECT_TRUE(std::isnan(log_contrast({{{}, 1}}).estimate));
  EXPECT_TRUE(std::isnan(log_contrast({{{0.0, 1.0}, 1}}).estimate));
  const Interval exact = log_contrast({{{2, 2}, 1}});
  EXPECT_EQ(exact.low, exact.high);
}

TEST(RatioChanges, AFasterMachineKeepsTheRatios) {
  const suite::Run a = grown("a", 1, 1, 32), b = grown("b", 0.25, 1, 32);
  const auto changes = ratio_changes(pair_cells(a, b));
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].cell->dimensions.at("N"), 16u);
  EXPECT_EQ(changes[0].over->contestant, "perceiver");
  EXPECT_NEAR(changes[0].a.estimate, 0.5, 1e-12);
  EXPECT_NEAR(changes[0].b.estimate, 0.5, 1e-12);
  for (const RatioChange& each : changes) {
    EXPECT_NEAR(each.change.estimate, 1, 1e-12);
    // Four means of five: t(0.975; 16)·√(4/5) deviations.
    EXPECT_NEAR(std::log(each.change.high),
                2.1199 * std::sqrt(0.8) * kDeviation, 1e-6);
  }
}

TEST(RatioChanges, SeeAContestantThatBecameSlowerBesideTheOther) {
  const suite::Run a = grown("a", 1, 1, 64), b = grown("b", 0.25, 1, 32);
  for (const RatioChange& each : ratio_changes(pair_cells(a, b))) {
    EXPECT_NEAR(each.change.estimate, 2, 1e-12);
    EXPECT_GT(each.change.low, 1.9);
  }
}

TEST(RatioChanges, AreOfShapesThatBothRunsTimed) {
  const suite::Run a = grown("a", 1, 1, 32);
  suite::Run b = grown("b", 1, 1, 32, 8);
  EXPECT_EQ(ratio_changes(pair_cells(a, b)).size(), 3u)
      << "whatever the threads";
  b.cells[0].status = "failed";
  EXPECT_EQ(ratio_changes(pair_cells(a, b)).size(), 2u);
  b.cells.erase(b.cells.begin() + 3);
  EXPECT_EQ(ratio_changes(pair_cells(a, b)).size(), 1u);
}

TEST(SlopeChanges, FindTheExponentsThatWerePutIn) {
  const suite::Run a = grown("a", 1, 1, 32), b = grown("b", 9, 1.25, 32, 8);
  const auto changes = slope_changes(pair_cells(a, b));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].contestant, "perceiver");
  EXPECT_EQ(changes[0].dimension, "N");
  EXPECT_EQ(changes[0].first, 16u);
  EXPECT_EQ(changes[0].last, 256u);
  EXPECT_EQ(changes[0].fixed.dimensions, (Dimensions{{"M", 8}}));
  EXPECT_NEAR(changes[0].a.estimate, 1, 1e-12);
  EXPECT_NEAR(changes[0].b.estimate, 1.25, 1e-12);
  EXPECT_NEAR(changes[0].difference.estimate, 0.25, 1e-12);
  EXPECT_NEAR(changes[0].difference.high - 0.25,
              2.1199 * std::sqrt(0.8) * kDeviation / std::log(16), 1e-6);
  EXPECT_EQ(changes[1].contestant, "transformer");
  EXPECT_TRUE(changes[1].fixed.dimensions.empty()) << "it doesn't read M";
  EXPECT_NEAR(changes[1].difference.estimate, 0, 1e-12);
  EXPECT_TRUE(changes[1].difference.contains(0));
}

TEST(SlopeChanges, AreOverTheRangeThatBothRunsTimed) {
  const suite::Run a = grown("a", 1, 1, 32);
  suite::Run b = grown("b", 1, 1, 32);
  b.cells[4].parts.clear();  // the Perceiver at N = 256
  const auto changes = slope_changes(pair_cells(a, b));
  EXPECT_EQ(changes[0].last, 64u);
  EXPECT_EQ(changes[1].last, 256u);
  b.cells[2].parts.clear();  // at N = 16
  EXPECT_EQ(slope_changes(pair_cells(a, b)).size(), 1u) << "one size is none";
}

TEST(SlopeChanges, AContestantWithoutLatentsHasOneAmongManyM) {
  suite::Run a = grown("a", 1, 1, 32);
  for (const std::uint64_t N : {16, 64}) {
    a.cells.push_back(
        made_cell("perceiver", {{"N", N}, {"M", 4}}, spread(1, kDeviation)));
  }
  std::vector<std::string> along;
  for (const SlopeChange& each : slope_changes(pair_cells(a, a))) {
    along.push_back(each.contestant + " " + each.dimension);
  }
  EXPECT_EQ(along, (std::vector<std::string>{"perceiver N", "transformer N",
                                             "perceiver N", "perceiver M",
                                             "perceiver M"}));
}

TEST(Crossovers, AreWhereContestantsTakeEquallyLong) {
  const suite::Run a = grown("a", 1, 1, 40), b = grown("b", 1, 1, 300);
  const auto all = crossovers(pair_cells(a, b));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].contestant, "transformer");
  EXPECT_EQ(all[0].over, "perceiver");
  EXPECT_EQ(all[0].dimension, "N");
  ASSERT_EQ(all[0].a.size(), 1u);
  EXPECT_NEAR(all[0].a[0].estimate, 40, 1e-9) << "straight in logarithms";
  EXPECT_FALSE(all[0].change.has_value());
  EXPECT_TRUE(all[0].b.empty()) << "300 is beyond 256";
}

TEST(Crossovers, LookAtTheLetterThatOneOfThemReads) {
  std::vector<MeasuredCell> cells = {
      made_cell("transformer", {{"N", 64}}, {4, 4})};
  for (const std::uint64_t M : {2, 8}) {
    const double seconds = static_cast<double>(M);
    cells.push_back(
        made_cell("perceiver", {{"N", 64}, {"M", M}}, {seconds, seconds}));
  }
  const suite::Run run = made_run("run", cells);
  const auto all = crossovers(pair_cells(run, run));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].dimension, "M");
  ASSERT_EQ(all[0].b.size(), 1u);
  EXPECT_NEAR(all[0].b[0].estimate, 4, 1e-12);
  EXPECT_NEAR(all[0].change.value().estimate, 1, 1e-12);
}

}  // namespace
}  // namespace suite
