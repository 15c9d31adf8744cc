#include "analysis/learning/learning_claim.h"

#include <gtest/gtest.h>

#include <cmath>

#include "primitives/random.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

Curve curve(const std::string& learner, std::uint64_t seed, double accuracy,
            double seconds = 5) {
  Curve made{.experiment = "digits", .learner = learner, .seed = seed};
  made.held_out = {{.step = 0, .accuracy = 0.1},
                   {.step = 10, .seconds = seconds / 2, .accuracy = 0.5},
                   {.step = 20, .seconds = seconds, .accuracy = accuracy}};
  made.train = {.step = 20, .seconds = seconds, .accuracy = accuracy + 0.02};
  made.test = {.step = 20, .seconds = seconds, .accuracy = accuracy};
  return made;
}

LearningClaim reaching() {
  return {.id = "reaches",
          .experiment = "digits",
          .kind = LearningKind::reaches,
          .learner = "^perceiver/",
          .least = 0.95,
          .seeds = 3,
          .within_seconds = 10};
}

TEST(Reaches, CountsSeeds) {
  std::vector<Curve> curves{curve("perceiver/M=4", 1, 0.96),
                            curve("perceiver/M=4", 2, 0.97),
                            curve("perceiver/M=4", 3, 0.95)};
  const LearningClaim claim = reaching();
  EXPECT_EQ(judge(claim, curves).answer, Answer::supported);
  EXPECT_EQ(judge(claim, curves).reason,
            "3 of 3 seeds reach 0.95 within 10 s (the longest took 5 s); the "
            "worst is at 0.95");
  curves[1].test->accuracy = 0.949;
  EXPECT_EQ(judge(claim, curves).answer, Answer::refuted);
  curves[1].test->accuracy = 0.97;
  curves[1].test->seconds = 10.1;
  EXPECT_EQ(judge(claim, curves).answer, Answer::refuted);
  // What failed has not reached it; what never ended says nothing.
  curves[1] = curve("perceiver/M=4", 2, 0.97);
  curves[1].test.reset();
  EXPECT_EQ(judge(claim, curves).answer, Answer::inconclusive);
  curves[1].failure = "step 7: the loss is nan";
  EXPECT_EQ(judge(claim, curves).answer, Answer::refuted);
}

TEST(Reaches, AsksForOneLearner) {
  const std::vector<Curve> curves{curve("perceiver/M=4", 1, 0.96),
                                  curve("perceiver/M=8", 1, 0.96)};
  EXPECT_EQ(judge(reaching(), curves).reason,
            "^perceiver/ finds 2 learners, not one");
  LearningClaim other = reaching();
  other.learner = "transformer";
  EXPECT_EQ(judge(other, curves).reason, "no learner is transformer");
  other = reaching();
  other.experiment = "fashion";
  EXPECT_EQ(judge(other, curves).answer, Answer::inconclusive);
}

LearningClaim better() {
  return {.id = "better",
          .experiment = "digits",
          .kind = LearningKind::differs,
          .learner = "^a/",
          .than = "^b/",
          .seeds = 3};
}

// Two learners whose seeds they share the luck of.
std::vector<Curve> pairs(std::size_t seeds, double difference, double noise) {
  std::vector<Curve> curves;
  Random random(7);
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    const double luck = 0.8 + 0.1 * random.normal();
    curves.push_back(curve("a/", seed, luck + difference +
                                           noise * random.normal()));
    curves.push_back(curve("b/", seed, luck));
  }
  return curves;
}

TEST(Differs, PairsSeeds) {
  // Far less than what seeds differ by, but paired it shows.
  EXPECT_EQ(judge(better(), pairs(10, 0.01, 0.002)).answer, Answer::supported);
  EXPECT_EQ(judge(better(), pairs(10, -0.01, 0.002)).answer, Answer::refuted);
  EXPECT_EQ(judge(better(), pairs(10, 0, 0.01)).answer, Answer::inconclusive);
  EXPECT_EQ(judge(better(), pairs(2, 0.01, 0)).reason,
            "2 seeds have both, 3 are needed");
  LearningClaim by_two_points = better();
  by_two_points.least = 0.02;
  EXPECT_EQ(judge(by_two_points, pairs(10, 0.01, 0.002)).answer,
            Answer::refuted);
}

// An interval that is called 95 % holds the truth so often.
TEST(Differs, TheIntervalCovers) {
  Random random(3);
  int supported = 0, refuted = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<Curve> curves;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      curves.push_back(curve("a/", seed, 0.5 + 0.01 * random.normal()));
      curves.push_back(curve("b/", seed, 0.5));
    }
    const Answer answer = judge(better(), curves).answer;
    supported += answer == Answer::supported;
    refuted += answer == Answer::refuted;
  }
  EXPECT_NEAR(supported, 50, 25);
  EXPECT_NEAR(refuted, 50, 25);
}

TEST(Same, NeedsTheWholeInterval) {
  LearningClaim same = better();
  same.kind = LearningKind::same;
  same.tolerance = 0.01;
  EXPECT_EQ(judge(same, pairs(10, 0.001, 0.002)).answer, Answer::supported);
  EXPECT_EQ(judge(same, pairs(10, 0.03, 0.002)).answer, Answer::refuted);
  EXPECT_EQ(judge(same, pairs(10, 0.01, 0.002)).answer, Answer::inconclusive);
}

TEST(Quantities, SayWhatTheyAreNamedAfter) {
  LearningClaim claim = better();
  claim.quantity = LearningQuantity::gap;
  std::vector<Curve> curves = pairs(3, 0, 0);
  for (std::size_t i = 0; i < curves.size(); i += 2) {
    curves[i].train->accuracy += 0.05 + 0.001 * static_cast<double>(i);
  }
  EXPECT_EQ(judge(claim, curves).answer, Answer::supported);
  EXPECT_EQ(curves[0].seconds_to(0.5), 2.5);
  EXPECT_FALSE(curves[0].seconds_to(1.5).has_value());
  // Twice as fast, with little noise.
  claim.quantity = LearningQuantity::speed;
  claim.accuracy = 0.5;
  claim.least = 1.5;
  std::vector<Curve> faster;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const double slow = 8 + static_cast<double>(seed);
    faster.push_back(curve("a/", seed, 0.9, slow / 2 * (1 + 0.01 * seed)));
    faster.push_back(curve("b/", seed, 0.9, slow));
  }
  EXPECT_EQ(judge(claim, faster).answer, Answer::supported)
      << judge(claim, faster).reason;
  claim.least = 2.5;
  EXPECT_EQ(judge(claim, faster).answer, Answer::refuted);
  // The slower ones never came so far: at best they were about to.
  claim.accuracy = 0.8;
  claim.least = 1.5;
  for (std::size_t i = 1; i < faster.size(); i += 2) {
    faster[i].held_out.back().accuracy = 0.7;
  }
  EXPECT_EQ(judge(claim, faster).answer, Answer::supported);
  claim.accuracy = 0.95;  // which nobody reached
  EXPECT_EQ(judge(claim, faster).reason, "with some seed it never came so far");
  // Who ended early and never came there is not the faster one.
  claim.accuracy = 0.8;
  faster[1].held_out.back().accuracy = 0.9;
  faster[0].held_out.back().accuracy = 0.7;
  EXPECT_EQ(judge(claim, faster).answer, Answer::inconclusive);
  claim.kind = LearningKind::reaches;
  claim.seeds = 4;
  claim.least = 0.001;
  EXPECT_EQ(judge(claim, faster).answer, Answer::refuted);
}

TEST(Grows, ComparesWithBefore) {
  LearningClaim claim = reaching();
  claim.kind = LearningKind::grows;
  claim.quantity = LearningQuantity::information;
  claim.least = 0;
  std::vector<Curve> curves;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    curves.push_back(curve("perceiver/", seed, 0.9));
    const double before = 0.2 + 0.1 * static_cast<double>(seed);
    curves.back().held_out.front().latent_information = before;
    curves.back().held_out.back().latent_information =
        before + 0.05 + 0.001 * static_cast<double>(seed);
  }
  EXPECT_EQ(judge(claim, curves).answer, Answer::supported);
  claim.least = 0.1;
  EXPECT_EQ(judge(claim, curves).answer, Answer::refuted);
  for (Curve& each : curves) each.held_out.erase(each.held_out.begin());
  EXPECT_EQ(judge(claim, curves).answer, Answer::inconclusive);
}

std::string refusal(const std::string& text) {
  const std::string path = testing::TempDir() + "claims.toml";
  replace_file(path, text);
  try {
    read_learning_claims(path);
  } catch (const Error& error) {
    const std::string what = error.what();
    return what.substr(what.find("claims.toml") + 11);
  }
  return "";
}

TEST(Reading, RefusesInOneLine) {
  const std::string whole =
      "[[claim]]\nid = \"a\"\nstatement = \"s\"\nsource = \"x\"\n"
      "experiment = \"digits\"\nlearner = \"p\"\n";
  EXPECT_EQ(refusal(whole + "kind = \"reaches\"\nleast = 0.5\n"), "");
  EXPECT_EQ(refusal(whole),
            ":1:1: claim.kind is missing");
  EXPECT_EQ(refusal(whole + "kind = \"wins\"\n"),
            ":7:8: kind = wins: allowed are reaches, differs, same, grows");
  EXPECT_EQ(refusal(whole + "kind = \"differs\"\n"),
            ":1:1: a: than, the other learner, is missing");
  EXPECT_EQ(refusal(whole + "kind = \"reaches\"\nquantity = \"speed\"\n"),
            ":1:1: a: accuracy is what speed needs, and no other quantity");
  EXPECT_EQ(refusal(whole + "kind = \"reaches\"\n" + whole +
                    "kind = \"reaches\"\n"),
            ":8:1: claim a stands there twice");
}

TEST(OwnClaims, CanBeRead) {
  EXPECT_FALSE(read_learning_claims("analysis/learning/claims.toml").empty());
}

}  // namespace
}  // namespace suite
