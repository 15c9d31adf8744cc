#include "analysis/runs/dimension_sweep.h"

#include <gtest/gtest.h>

#include "analysis/runs/testing.h"

namespace suite {
namespace {

MeasuredCell perceiver(const Dimensions& dimensions) {
  return made_cell("perceiver", dimensions, {1, 2});
}
MeasuredCell transformer(const Dimensions& dimensions) {
  return made_cell("transformer", dimensions, {1, 2});
}

TEST(DimensionSweeps, AContestantThatDoesNotReadTheDimensionStandsAtAllValues) {
  const suite::Run run = made_run(
      "run", {transformer({{"N", 64}}), perceiver({{"N", 64}, {"M", 16}}),
              perceiver({{"N", 64}, {"M", 8}})});
  const std::vector<DimensionSweep> sweeps = dimension_sweeps(run);
  ASSERT_EQ(sweeps.size(), 1u);
  const DimensionSweep& sweep = sweeps[0];
  EXPECT_EQ(sweep.dimension, "M");
  EXPECT_EQ(sweep.values, (std::vector<std::uint64_t>{8, 16}));
  EXPECT_EQ(sweep.contestants,
            (std::vector<std::string>{"perceiver", "transformer"}));
  EXPECT_EQ(sweep.fixed.text(), "N = 64; float, 2 threads");
  EXPECT_TRUE(sweep.reads("perceiver"));
  EXPECT_FALSE(sweep.reads("transformer"));
  EXPECT_EQ(sweep.at("transformer", 8), &run.cells[0]);
  EXPECT_EQ(sweep.at("transformer", 16), &run.cells[0]);
  EXPECT_EQ(sweep.at("perceiver", 8), &run.cells[2]);
  EXPECT_EQ(sweep.at("perceiver", 9), nullptr);
  EXPECT_EQ(sweep.at("nobody", 8), nullptr);
}

TEST(DimensionSweeps, SweepsThatShareACellStayApart) {
  // N at M = 8, and M at N = 64.
  const suite::Run run =
      made_run("run", {perceiver({{"N", 32}, {"M", 8}}),
                       perceiver({{"N", 64}, {"M", 8}}),
                       perceiver({{"N", 64}, {"M", 16}}),
                       transformer({{"N", 32}}), transformer({{"N", 64}})});
  const std::vector<DimensionSweep> sweeps = dimension_sweeps(run);
  ASSERT_EQ(sweeps.size(), 2u);
  EXPECT_EQ(sweeps[0].dimension, "N");
  EXPECT_EQ(sweeps[0].fixed.text(), "M = 8; float, 2 threads");
  EXPECT_EQ(sweeps[0].at("transformer", 32), &run.cells[3]);
  EXPECT_EQ(sweeps[1].dimension, "M");
  EXPECT_EQ(sweeps[1].fixed.text(), "N = 64; float, 2 threads");
  EXPECT_EQ(sweeps[1].at("transformer", 16), &run.cells[4]);
}

TEST(DimensionSweeps, EveryFixedValueHasASweepOfItsOwn) {
  std::vector<MeasuredCell> cells;
  for (const std::uint64_t N : {32, 64}) {
    cells.push_back(transformer({{"N", N}}));
    for (const std::uint64_t M : {128, 16}) {
      cells.push_back(perceiver({{"N", N}, {"M", M}}));
    }
  }
  const suite::Run run = made_run("run", cells);
  const std::vector<DimensionSweep> sweeps = dimension_sweeps(run);
  ASSERT_EQ(sweeps.size(), 4u);
  EXPECT_EQ(sweeps[0].fixed.text(), "M = 16; float, 2 threads");
  EXPECT_EQ(sweeps[1].fixed.text(), "M = 128; float, 2 threads");
  for (const DimensionSweep& sweep : sweeps) {
    EXPECT_EQ(sweep.contestants.size(), 2u) << sweep.fixed.text();
  }
}

TEST(DimensionSweeps, CMayFollowDOrBeFixed) {
  const suite::Run follows = made_run(
      "run",
      {perceiver({{"C", 8}, {"D", 8}}), perceiver({{"C", 16}, {"D", 16}})});
  ASSERT_EQ(dimension_sweeps(follows).size(), 1u);
  EXPECT_EQ(dimension_sweeps(follows)[0].fixed.text(),
            "C = D; float, 2 threads");
  EXPECT_EQ(dimension_sweeps(follows)[0].dimension, "D");
  const suite::Run fixed = made_run("run", {perceiver({{"C", 8}, {"D", 8}}),
                                            perceiver({{"C", 8}, {"D", 16}})});
  ASSERT_EQ(dimension_sweeps(fixed).size(), 1u);
  EXPECT_EQ(dimension_sweeps(fixed)[0].fixed.text(), "C = 8; float, 2 threads");
  EXPECT_EQ(dimension_sweeps(fixed)[0].values.size(), 2u);
}

TEST(DimensionSweeps, ThreadsPrecisionAndPlanAreNotMixed) {
  MeasuredCell alone = made_cell("perceiver", {{"N", 32}}, {1, 2}, 1000, 1);
  MeasuredCell precise = perceiver({{"N", 32}});
  precise.scalar = "double";
  MeasuredCell planned = perceiver({{"N", 32}});
  planned.contestant = "perceiver(plan=planned)";
  planned.plan = "planned";
  const suite::Run run =
      made_run("run", {alone, precise, planned, perceiver({{"N", 64}})});
  EXPECT_TRUE(dimension_sweeps(run).empty());
}

TEST(DimensionSweeps, TwoContestantsWithAValueEachAreNoSweep) {
  const suite::Run run = made_run(
      "run", {perceiver({{"N", 32}, {"M", 8}}), transformer({{"N", 64}})});
  EXPECT_TRUE(dimension_sweeps(run).empty());
}

TEST(ContestantsOf, AreInTheOrderOfTheDefinition) {
  suite::Run run =
      made_run("run", {perceiver({{"N", 32}}), transformer({{"N", 32}}),
                       made_cell("bare_perceiver", {{"N", 32}}, {1, 2})});
  EXPECT_EQ(
      contestants_of(run),
      (std::vector<std::string>{"bare_perceiver", "perceiver", "transformer"}));
  // With an option at its default, which names leave out.
  run.definition_text =
      "shows = \"Order.\"\n"
      "contestants = [\"transformer\", \"perceiver(sharing=all_but_first)\"]\n"
      "[base]\nN = 64\nM = 8\nD = 8\n";
  EXPECT_EQ(
      contestants_of(run),
      (std::vector<std::string>{"transformer", "perceiver", "bare_perceiver"}));
  run.definition_text = "no definition";
  EXPECT_EQ(contestants_of(run).front(), "bare_perceiver");
}

TEST(SameShape, LooksAtLettersThatBothRead) {
  EXPECT_TRUE(
      same_shape(perceiver({{"N", 32}, {"M", 8}}), transformer({{"N", 32}})));
  EXPECT_FALSE(
      same_shape(perceiver({{"N", 32}, {"M", 8}}), transformer({{"N", 64}})));
  EXPECT_FALSE(same_shape(perceiver({{"N", 32}}),
                          made_cell("perceiver", {{"N", 32}}, {}, 1, 1)));
}

}  // namespace
}  // namespace suite
