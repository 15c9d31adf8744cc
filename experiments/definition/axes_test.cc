#include "experiments/definition/axes.h"

#include <gmock/gmock.h>

#include "experiments/definition/testing.h"

namespace suite {
namespace {

using testing::HasSubstr;

constexpr char kText[] = R"(
shows = "x"
contestants = ["transformer"]
[base]
N = 8
M = 4
D = 16
H = 2
[[sweep]]
N = [8, 16]
[[sweep]]
M = [1, 2]
contestants = ["perceiver"]
)";

Definition with(const std::vector<std::string>& axes) {
  return read_definition(definition_file(kText), axes);
}

std::string axes_refusal(const std::vector<std::string>& axes) {
  return refusal_of([&] { with(axes); });
}

TEST(Axes, NoneIsTheFile) {
  EXPECT_EQ(with({}).text, kText);
  EXPECT_EQ(with({}).sha256, read_definition(definition_file(kText)).sha256);
}

TEST(Axes, ASweptLetterTakesOtherValuesWhereItIsSwept) {
  const Definition definition = with({"N=32,64,128"});
  ASSERT_EQ(definition.sweeps.size(), 2);
  EXPECT_THAT(definition.sweeps[0].dimensions[0].values,
              testing::ElementsAre(32, 64, 128));
  EXPECT_EQ(definition.sweeps[1].dimensions[0].dimension, "M");
  EXPECT_EQ(definition.base.N, 8);
  EXPECT_EQ(definition.name, "trial");
}

TEST(Axes, ALetterThatIsSweptNowhereTakesThemEverywhere) {
  EXPECT_EQ(with({"D=32"}).base.D, 32);
  const Definition several = with({"D=32,64"});
  for (const Sweep& sweep : several.sweeps) {
    EXPECT_EQ(sweep.dimensions.back().dimension, "D");
    EXPECT_THAT(sweep.dimensions.back().values, testing::ElementsAre(32, 64));
  }
  EXPECT_EQ(several.sweeps[1].contestants.size(), 1);
  const std::string alone =
      "shows=\"x\"\ncontestants=[\"transformer\"]\n[base]\nN=8\nM=4\nD=16\n";
  const Definition axis = read_definition(definition_file(alone), {"N=1,2"});
  ASSERT_EQ(axis.sweeps.size(), 1);
  EXPECT_THAT(axis.sweeps[0].dimensions[0].values, testing::ElementsAre(1, 2));
}

TEST(Axes, TheTextIsThatOfWhatIsRun) {
  const Definition definition = with({"N=32,64", "L=0"});
  EXPECT_THAT(definition.text,
              testing::StartsWith("# trial with --set N=32,64 --set L=0\n"));
  EXPECT_NE(definition.sha256, with({}).sha256);
  const Definition again = parse_definition("trial.toml", definition.text);
  EXPECT_EQ(again.sha256, definition.sha256);
  EXPECT_EQ(again.base.L, 0);
  EXPECT_THAT(again.sweeps[0].dimensions[0].values,
              testing::ElementsAre(32, 64));
}

TEST(Axes, WhatMakesNoSenseIsRefused) {
  EXPECT_THAT(axes_refusal({"N"}),
              HasSubstr("--set N: must look like N=1024,2048"));
  EXPECT_THAT(axes_refusal({"=4"}), HasSubstr("must look like"));
  EXPECT_THAT(axes_refusal({"n=4"}),
              HasSubstr("--set n=4: no letter n; known are"));
  EXPECT_THAT(axes_refusal({"btach=4"}), HasSubstr("did you mean batch?"));
  for (const char* bad :
       {"N=", "N=1,", "N=0", "N=-1", "N=1.5", "N=x", "N=2147483648"}) {
    EXPECT_THAT(axes_refusal({bad}), HasSubstr(std::string("--set ") + bad))
        << bad;
  }
  EXPECT_THAT(axes_refusal({"N=1", "N=2"}),
              HasSubstr("--set N=2: N is given twice"));
  EXPECT_THAT(axes_refusal({"D=15"}), HasSubstr("--set D=15: "));
  EXPECT_THAT(axes_refusal({"D=15"}), HasSubstr("do not divide"));
}

}  // namespace
}  // namespace suite
