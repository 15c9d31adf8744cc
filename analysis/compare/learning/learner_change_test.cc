#include "analysis/compare/learning/learner_change.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "analysis/compare/learning/testing.h"
#include "primitives/random.h"

namespace suite {
namespace {

// Curves are kept: what is compared points at them.
LearnerPair paired(const std::vector<Curve>& a, const std::vector<Curve>& b) {
  static std::deque<Curve> kept;
  LearnerPair pair{"x", {}, {}, {}};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Curve& of_a = kept.emplace_back(a[i]);
    const Curve& of_b = kept.emplace_back(b[i]);
    pair.seeds.push_back({&of_a, &of_b});
  }
  return pair;
}

std::vector<LearnerChange> changes(const std::vector<Curve>& a,
                                   const std::vector<Curve>& b,
                                   bool same_pace = true,
                                   const Bounds& bounds = {}) {
  return changes_of(paired(a, b), same_pace, bounds).changes;
}

std::string words(const std::vector<LearnerChange>& changes) {
  std::string all;
  for (const LearnerChange& each : changes) {
    all +=
        std::string(all.empty() ? "" : " ") + std::string(name_of(each.word));
  }
  return all;
}

// Five seeds whose luck both runs share; B's are better by `more`, lose
// `less_loss` less and take `ratio` times as long, each but for noise.
struct Truth {
  double more = 0, less_loss = 0, ratio = 1, noise = 0.0005;
};
std::vector<LearnerChange> changes(const Truth& truth,
                                   const Bounds& bounds = {}) {
  Random random(11);
  std::vector<Curve> a, b;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto noise = [&] { return truth.noise * random.normal(); };
    const double luck = 0.05 * random.normal();
    const double pace = 0.01 * std::exp(0.2 * random.normal());
    a.push_back(made_curve("x", seed, 0.85 + luck, 0.5 - luck, pace));
    b.push_back(made_curve("x", seed, 0.85 + luck + truth.more + noise(),
                           0.5 - luck - truth.less_loss + noise(),
                           pace * truth.ratio * std::exp(noise())));
  }
  return changes(a, b, true, bounds);
}

TEST(ChangesOf, ARunAndItselfAreTheSameEverywhere) {
  for (const std::size_t seeds : {1, 2, 5}) {
    const std::vector<Curve> a =
        made_curves("x", std::vector<double>(seeds, 0.9));
    EXPECT_EQ(words(changes(a, a)), "SAME SAME SAME SAME") << seeds << " seeds";
  }
}

TEST(ChangesOf, FindsWhatWasPutIn) {
  const auto found =
      changes(Truth{.more = 0.03, .less_loss = 0.1, .ratio = 0.8});
  EXPECT_EQ(words(found), "BETTER BETTER FASTER FASTER");
  EXPECT_NEAR(found[0].change.estimate, 0.03, 0.001);
  EXPECT_NEAR(found[1].change.estimate, -0.1, 0.001);
  EXPECT_NEAR(found[2].change.estimate, 0.8, 0.001);
  EXPECT_TRUE(found[2].change.contains(0.8));
  EXPECT_NEAR(found[0].b - found[0].a, found[0].change.estimate, 1e-12);
  EXPECT_NEAR(found[2].b / found[2].a, found[2].change.estimate, 1e-12);
  // Far less than what seeds differ by.
  EXPECT_LT(found[0].change.high - found[0].change.low, 0.005);
}

TEST(ChangesOf, AndInTheOtherDirection) {
  EXPECT_EQ(
      words(changes(Truth{.more = -0.03, .less_loss = -0.1, .ratio = 1.25})),
      "WORSE WORSE SLOWER SLOWER");
  EXPECT_EQ(words(changes(Truth{})), "SAME SAME SAME SAME");
  EXPECT_EQ(words(changes(Truth{.noise = 0.2})).substr(0, 23),
            "UNCLEAR UNCLEAR UNCLEAR");
}

TEST(ChangesOf, WithinTheBoundsItIsTheSame) {
  const Truth truth{.more = -0.03, .less_loss = -0.1, .ratio = 1.25};
  EXPECT_EQ(
      words(changes(truth, {.times = 0.3, .accuracy = 0.04, .loss = 0.2})),
      "SAME SAME SAME SAME");
  EXPECT_EQ(
      words(changes(truth, {.times = 0.3, .accuracy = 0.01, .loss = 0.2})),
      "WORSE SAME SAME SAME");
}

// Differences 1, 2 and 3 points: 2 ± 4.3027/√3.
TEST(ChangesOf, TheIntervalIsStudents) {
  const auto found = changes(made_curves("x", {0.8, 0.7, 0.9}),
                             made_curves("x", {0.81, 0.72, 0.93}));
  EXPECT_NEAR(found[0].change.low, 0.02 - 0.024841, 1e-6);
  EXPECT_NEAR(found[0].change.high, 0.02 + 0.024841, 1e-6);
  EXPECT_EQ(found[0].word, Change::unclear);
}

TEST(ChangesOf, ASingleSeedIsNoEstimate) {
  const auto found = changes(made_curves("x", {0.8}), made_curves("x", {0.9}));
  EXPECT_EQ(found[0].word, Change::unclear);
  EXPECT_EQ(found[0].why, "a single seed");
  EXPECT_NEAR(found[0].change.estimate, 0.1, 1e-12);
  // The same accuracy may be luck where curves differ.
  std::vector<Curve> other = made_curves("x", {0.8});
  other[0].held_out[1].loss += 1;
  EXPECT_EQ(changes(made_curves("x", {0.8}), other)[0].word, Change::unclear);
}

TEST(ChangesOf, TimesAreOfOnePace) {
  const std::vector<Curve> a = made_curves("x", {0.8, 0.9});
  EXPECT_EQ(words(changes(a, a, false)), "SAME SAME");
}

TEST(ChangesOf, AChangedModelIsNotAFasterOne) {
  const std::vector<Curve> a = made_curves("x", {0.8, 0.9});
  std::vector<Curve> b = a;
  b[1].parameters = 78;
  auto found = changes(a, b);
  EXPECT_EQ(words(found), "SAME SAME DIFFERENT DIFFERENT");
  EXPECT_EQ(found[2].why, "parameters 77 → 78");
  b = a;
  b[1].held_out[2].macs = 300000;
  found = changes(a, b);
  EXPECT_EQ(words(found), "SAME SAME DIFFERENT DIFFERENT");
  EXPECT_EQ(found[2].why, "MACs a step 1000 → 1500");
  EXPECT_EQ(words(changes(a, b, false)), "SAME SAME DIFFERENT DIFFERENT");
}

TEST(ChangesOf, WhatFailsNowIsDifferent) {
  const std::vector<Curve> a = made_curves("x", {0.8, 0.9, 0.85});
  std::vector<Curve> b = a;
  b[1].failure = "step 7: the loss is nan";
  auto found = changes(a, b);
  EXPECT_EQ(words(found), "DIFFERENT SAME SAME SAME");
  EXPECT_EQ(found[0].why, "seed 2 failed in B: step 7: the loss is nan");
  EXPECT_EQ(found[1].why, "2 of 3 seeds");
  // What failed before, too, or failed then alone, is no news.
  std::vector<Curve> c = a;
  c[1].failure = "step 9: the loss is nan";
  EXPECT_EQ(words(changes(c, b)), "SAME SAME SAME SAME");
  EXPECT_EQ(words(changes(c, a)), "SAME SAME SAME SAME");
}

TEST(ChangesOf, WhatDidNotEndIsLeftOut) {
  const std::vector<Curve> a = made_curves("x", {0.8, 0.9});
  std::vector<Curve> b = a;
  b[0].test.reset();
  b[1].test.reset();
  const auto found = changes(a, b);
  EXPECT_EQ(words(found), "untimed untimed untimed untimed");
  EXPECT_EQ(found[0].why, "no seed came to its test in both");
}

TEST(ChangesOf, TimeIsToWhatAllCameTo) {
  const std::vector<Curve> a = made_curves("x", {0.93, 0.96});
  const std::vector<Curve> b = made_curves("x", {0.949, 0.97});
  LearnerPair pair = paired(a, b);
  LearnerChanges all = changes_of(pair, true, {});
  EXPECT_EQ(all.reach, 0.93);
  EXPECT_NEAR(all.changes[3].a, 2, 1e-12);
  // Half the way is enough for that.
  all = changes_of(pair, true, {.reach = 0.5});
  EXPECT_NEAR(all.changes[3].a, 1, 1e-12);
  // A seed that doesn't come so far is left out; if none does, nothing is said.
  all = changes_of(pair, true, {.reach = 0.955});
  EXPECT_EQ(all.changes[3].why, "1 of 2 seeds");
  EXPECT_EQ(all.changes[3].word, Change::unclear);
  all = changes_of(pair, true, {.reach = 0.99});
  EXPECT_EQ(name_of(all.changes[3].word), "untimed");
  EXPECT_EQ(changes_of(pair, true, {.reach = 0.05}).changes[3].why,
            "no seed took steps to come so far in both");
}

TEST(ChangesOf, OfALearnerWithoutACommonSeedNothingIsSaid) {
  const std::vector<Curve> none;
  EXPECT_TRUE(changes(none, none).empty());
}

}  // namespace
}  // namespace suite
