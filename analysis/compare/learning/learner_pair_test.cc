#include "analysis/compare/learning/learner_pair.h"

#include <gtest/gtest.h>

#include "analysis/compare/learning/testing.h"
#include "support/check.h"

namespace suite {
namespace {

std::string refusal(const LearningRun& a, const LearningRun& b) {
  try {
    pair_learners(a, b);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(PairLearners, ByIdAndSeedAndListsTheRest) {
  const LearningRun a =
      made_learning_run("a", {made_curve("x", 1), made_curve("y", 1),
                              made_curve("y", 2), made_curve("z", 1)});
  const LearningRun b =
      made_learning_run("b", {made_curve("w", 1), made_curve("y", 3),
                              made_curve("y", 2), made_curve("x", 1)});
  const LearningPair pair = pair_learners(a, b);
  ASSERT_EQ(pair.learners.size(), 2u);
  EXPECT_EQ(pair.learners[0].learner, "x") << "in A's order";
  ASSERT_EQ(pair.learners[0].seeds.size(), 1u);
  EXPECT_EQ(pair.learners[0].seeds[0].a, &a.curves[0]);
  EXPECT_EQ(pair.learners[0].seeds[0].b, &b.curves[3]);
  ASSERT_EQ(pair.learners[1].seeds.size(), 1u);
  EXPECT_EQ(pair.learners[1].seeds[0].a, &a.curves[2]);
  EXPECT_EQ(pair.learners[1].seeds[0].b, &b.curves[2]);
  EXPECT_EQ(pair.learners[1].only_a, std::vector<std::uint64_t>{1});
  EXPECT_EQ(pair.learners[1].only_b, std::vector<std::uint64_t>{3});
  EXPECT_EQ(pair.only_a, std::vector<std::string>{"z"});
  EXPECT_EQ(pair.only_b, std::vector<std::string>{"w"});
}

TEST(PairLearners, RefusesWhatHasNothingInCommon) {
  const LearningRun a = made_learning_run("a", made_curves("x", {0.9, 0.9}));
  EXPECT_EQ(refusal(a, made_learning_run("b", {made_curve("y", 1)})),
            "no learner in common: folder_a has x, folder_b has y");
  EXPECT_EQ(refusal(a, made_learning_run("b", {made_curve("x", 3)})),
            "no seed in common: of x folder_a has 1, 2, folder_b has 3");
  EXPECT_EQ(refusal(a, made_learning_run("b", {made_curve("x", 2)})), "");
}

TEST(PairLearners, PaceIsOfMachineAndThreads) {
  const LearningRun a = made_learning_run("a", {made_curve("x", 1)});
  LearningRun b = a;
  EXPECT_TRUE(pair_learners(a, b).same_pace());
  b.threads = 1;
  EXPECT_FALSE(pair_learners(a, b).same_pace());
  b = a;
  b.machine = "another";
  EXPECT_FALSE(pair_learners(a, b).same_pace());
}

}  // namespace
}  // namespace suite
