#include "analysis/compare/learning/learning_comparison.h"

#include <gtest/gtest.h>

#include "analysis/compare/comparison_line.h"
#include "analysis/compare/learning/testing.h"

namespace suite {
namespace {

const char* const kLearner = "perceiver/digits/M=16";

// B is better by 1, 2 and 3 points, and half as fast.
LearningRun run_a() {
  return made_learning_run("a", made_curves(kLearner, {0.8, 0.7, 0.9}));
}
LearningRun run_b() {
  std::vector<Curve> curves;
  for (const double accuracy : {0.81, 0.72, 0.93}) {
    curves.push_back(
        made_curve(kLearner, curves.size() + 1, accuracy, 0.3, 0.02));
  }
  return made_learning_run("b", std::move(curves));
}

std::string text(const LearningRun& a, const LearningRun& b) {
  return comparison_text(LearningComparison(pair_learners(a, b), {}));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(LearningComparison, ShowsEveryLearner) {
  LearningRun a = run_a(), b = run_b();
  a.curves.push_back(made_curve("one/digits", 1));
  b.curves.push_back(made_curve("two/digits", 1));
  b.curves.push_back(made_curve(kLearner, 4));
  EXPECT_EQ(text(a, b),
            R"(digits: A is run a, B is run b, both on made, 2 cores, 2 threads

perceiver/digits/M=16
0 of 3 curves are the same to the bit; of seeds 1, 2, 3 they part at step 100
only in B: seed 4
                         A         B   change      95 % interval  class
test accuracy, %     80.00     82.00    +2.00      -0.48 … +4.48  UNCLEAR
test loss, nats     0.3000    0.3000  +0.0000  +0.0000 … +0.0000  SAME
time a step       10.00 ms  20.00 ms  × 2.000      2.000 … 2.000  SLOWER
time to 70 %           2 s       4 s  × 2.000      2.000 … 2.000  SLOWER

only in A: one/digits
only in B: two/digits

1 learner in both, 1 SAME, 2 SLOWER, 1 UNCLEAR; 0 of 3 curves are the same to the bit
)");
}

TEST(LearningComparison, ARunAndItselfAreTheSame) {
  const std::string said = text(run_a(), run_a());
  EXPECT_TRUE(has(said, "A and B are the same run\n")) << said;
  EXPECT_TRUE(has(said, "\n3 of 3 curves are the same to the bit\n")) << said;
  EXPECT_TRUE(has(said,
                  "\n1 learner in both, 4 SAME; 3 of 3 curves are the "
                  "same to the bit\n"))
      << said;
}

TEST(LearningComparison, SaysInALineWhatIsNotAlike) {
  const LearningRun a = run_a();
  LearningRun b = run_b();
  b.definition_sha256 = "0123456789abcdef";
  b.experiment = "mine";
  EXPECT_TRUE(has(text(a, b),
                  "\ntwo definitions (A: digits definiti; B: mine 01234567): "
                  "what differs may be what was asked for\n"))
      << text(a, b);
  b = run_b();
  b.machine = "another";
  EXPECT_TRUE(has(text(a, b),
                  "\ntwo machines (A: made, 2 cores; B: another): "
                  "what is compared is what was learned, not how "
                  "fast\n"));
  EXPECT_FALSE(has(text(a, b), "time a step"));
  b = run_b();
  b.threads = 1;
  EXPECT_TRUE(has(text(a, b), "\nthreads: A has 2, B has 1: "));
  EXPECT_FALSE(has(text(a, b), "two machines"));
}

TEST(LearningComparison, ALearnerMayHaveNoSeedInCommon) {
  LearningRun a = run_a(), b = run_b();
  a.curves.push_back(made_curve("one/digits", 1));
  b.curves.push_back(made_curve("one/digits", 2));
  EXPECT_TRUE(has(text(a, b),
                  "\none/digits\nno seed in common; only in A: seed "
                  "1\nonly in B: seed 2\n"))
      << text(a, b);
}

TEST(LearningComparison, IsWorseInEitherWay) {
  const auto worse = [](const LearningRun& a, const LearningRun& b) {
    return is_worse(LearningComparison(pair_learners(a, b), {}));
  };
  EXPECT_FALSE(worse(run_a(), run_a()));
  EXPECT_TRUE(worse(run_a(), run_b())) << "slower";
  EXPECT_FALSE(worse(run_b(), run_a())) << "faster";
  LearningRun b = run_a();
  for (Curve& curve : b.curves) curve.test->accuracy -= 0.1;
  EXPECT_TRUE(worse(run_a(), b)) << "worse";
  EXPECT_FALSE(worse(b, run_a())) << "better";
  b = run_a();
  b.curves[0].parameters = 1;
  EXPECT_TRUE(worse(run_a(), b)) << "different";
}

TEST(LearningComparison, HasTheSameInCsv) {
  LearningRun a = run_a(), b = run_b();
  b.definition_sha256 = "other";
  a.curves.push_back(made_curve("one/digits", 1));
  b.curves.push_back(made_curve(kLearner, 4));
  const std::string csv =
      comparison_csv(LearningComparison(pair_learners(a, b), {}));
  EXPECT_EQ(csv.rfind(std::string(kComparisonHeader), 0), 0u);
  const std::string start = "\ndigits,a,b,";
  for (const char* line :
       {"remark,,,,,,,,,,,two definitions (A: digits definiti; B: digits "
        "other): what differs may be what was asked for\n",
        "learner,perceiver/digits/M=16,,accuracy,,0.8",
        "learner,perceiver/digits/M=16,,loss,,0.3",
        "learner,perceiver/digits/M=16,,seconds_a_step,,0.01",
        "learner,perceiver/digits/M=16,,seconds_to_0.7,,",
        "curve,perceiver/digits/M=16,,seed=1,,,,,,,,part at step 100\n",
        "only_in_a,one/digits,,,,,,,,,,\n",
        "only_in_b,perceiver/digits/M=16,,seed=4,,,,,,,,\n"}) {
    EXPECT_TRUE(has(csv, start + line)) << line << " in\n" << csv;
  }
}

}  // namespace
}  // namespace suite
