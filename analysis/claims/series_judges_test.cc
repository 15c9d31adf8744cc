// Claims on one series at the borders of what decides them: the least that is
// enough, a tolerance that is just kept, and what is said of the fit.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "analysis/claims/testing.h"
#include "analysis/statistics/power_law.h"

namespace suite {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::uint64_t> kSeven = {1024,  2048,  4096, 8192,
                                           16384, 32768, 65536};

Verdict judged(const Claim& claim, const Run& run) {
  return judge(claim, run, definition());
}

double proportional(double n) { return 1e-6 * n; }

TEST(SeriesJudges, FiveSizesOverSixteenfoldAreEnough) {
  const Claim is_linear = claim_of(ClaimKind::exponent, 1, 0.1);
  EXPECT_EQ(answer(is_linear,
                   exact_run({1024, 2048, 4096, 8192, 16384}, proportional)),
            "SUPPORTED");
  EXPECT_EQ(
      reason(is_linear, exact_run({1024, 4096, 8192, 16384}, proportional)),
      "4 sizes, 5 are needed");
  EXPECT_EQ(reason(is_linear,
                   exact_run({1024, 2048, 4096, 8192, 12288}, proportional)),
            "the sizes span 12×, 16× is needed");
}

TEST(SeriesJudges, TwoCellsOfOneSizeAreRefused) {
  const Claim is_linear = claim_of(ClaimKind::exponent, 1, 0.1);
  for (const std::size_t twice : {0, 3, 6}) {
    suite::Run run = exact_run(kSeven, proportional);
    run.cells.push_back(run.cells[twice]);
    EXPECT_EQ(reason(is_linear, run),
              fmt::format("several cells have the size {}", kSeven[twice]));
  }
}

TEST(SeriesJudges, OneSizeWithNothingPositiveIsNamed) {
  for (const ClaimKind kind : {ClaimKind::exponent, ClaimKind::independent}) {
    for (const std::size_t at : {0, 6}) {
      suite::Run run = exact_run(kSeven, proportional);
      run.cells[at].parts["total"].seconds = {0.0};
      EXPECT_EQ(reason(claim_of(kind, 1, 0.1), run),
                fmt::format("at {} nothing positive is left", kSeven[at]));
    }
  }
}

// The points that are shown have the fit beside them.
TEST(SeriesJudges, TheWorstResidualIsSaid) {
  for (const ClaimKind kind : {ClaimKind::exponent, ClaimKind::independent}) {
    suite::Run run = exact_run(kSeven, proportional);
    run.cells[3].parts["total"].seconds[0] *= 0.8;
    const Verdict verdict = judged(claim_of(kind, 1, 0.1), run);
    double worst = 0;
    ASSERT_EQ(verdict.points.size(), kSeven.size());
    for (const VerdictPoint& point : verdict.points) {
      ASSERT_TRUE(point.fit.has_value());
      worst = std::max(worst, std::abs(point.y.estimate / *point.fit - 1));
    }
    EXPECT_GT(worst, 0.1);
    EXPECT_THAT(verdict.reason, testing::EndsWith(fmt::format(
                                    "residuals up to {:.1f} %", 100 * worst)));
  }
}

TEST(SeriesJudges, TwoRegimesAreSaid) {
  const Claim flat = claim_of(ClaimKind::independent, 0, 0.1);
  const auto bends = [](double n) {
    return n <= 8192 ? 1e-6 * n : 1e-6 * n * n / 8192;
  };
  EXPECT_THAT(judged(flat, run_of(bends)).reason,
              testing::ContainsRegex(
                  ", more than repetitions vary: exponent (0.99|1|1.0.) up to "
                  "(4096|8192), then (1.99|2)"))
      << "the bend is of both";
  EXPECT_THAT(judged(flat, run_of(proportional)).reason,
              Not(HasSubstr("exponent")));
}

// By the offset's law where that shows, by the plain slope where it doesn't.
TEST(SeriesJudges, ABoundIsJudgedByTheLawThatTheOffsetLeaves) {
  const Claim at_most = claim_of(ClaimKind::upper_bound, 1, 0.1);
  const auto offset = [](double n) { return 2e-3 + 1e-6 * n; };
  EXPECT_NEAR(judged(at_most, run_of(offset)).interval->estimate, 1, 0.05);
  EXPECT_NEAR(judged(at_most, run_of(constant)).interval->estimate, 0, 0.01);
}

TEST(SeriesJudges, AnExponentThatTheOffsetHidesIsNotShown) {
  const Verdict verdict =
      judged(claim_of(ClaimKind::exponent, 1, 0.1), run_of(constant));
  EXPECT_EQ(name_of(verdict.answer), "INCONCLUSIVE");
  EXPECT_FALSE(verdict.interval.has_value());
  EXPECT_THAT(verdict.reason, HasSubstr("% are needed"));
}

TEST(SeriesJudges, DriftMovesAnExponentByItsShareOfTheRange) {
  const Claim is_linear = claim_of(ClaimKind::exponent, 1, 0.1);
  suite::Run run = run_of(linear);
  const Interval before = *judged(is_linear, run).interval;
  run.speeds.drift = std::log(2.0);
  const Verdict verdict = judged(is_linear, run);
  const double share = std::log(2.0) / std::log(64.0);
  EXPECT_EQ(verdict.interval->estimate, before.estimate);
  EXPECT_NEAR(verdict.interval->low, before.low - share, 1e-12);
  EXPECT_NEAR(verdict.interval->high, before.high + share, 1e-12);
  EXPECT_THAT(verdict.reason, HasSubstr("speed changed by 100 % during"));
}

TEST(SeriesJudges, DriftMultipliesAChange) {
  const Claim flat = claim_of(ClaimKind::independent, 0, 0.1);
  suite::Run run = exact_run(kSeven, constant);
  run.speeds.drift = std::log(2.0);
  const Interval change = *judged(flat, run).interval;
  EXPECT_NEAR(change.low, 0.5, 1e-12);
  EXPECT_NEAR(change.high, 2, 1e-12);
}

// Over the whole range, up and down.
TEST(SeriesJudges, AChangeMayReachTheTolerance) {
  const Claim flat = claim_of(ClaimKind::independent, 0, 0.1);
  const auto changes = [](double by) {
    return exact_run(kSeven, [by](double n) {
      return 1e-3 * std::pow(n / 1024, std::log(by) / std::log(64.0));
    });
  };
  EXPECT_EQ(answer(flat, changes(1.09)), "SUPPORTED");
  EXPECT_EQ(answer(flat, changes(1 / 1.09)), "SUPPORTED");
  EXPECT_EQ(answer(flat, changes(1.11)), "REFUTED");
  EXPECT_EQ(answer(flat, changes(1 / 1.11)), "REFUTED");
  EXPECT_THAT(judged(flat, changes(1.09)).reason,
              HasSubstr("changes by 1.09 over 64× in N; "));
}

// An interval that ends where the tolerance does is inside it; one that begins
// there is not outside.
TEST(SeriesJudges, ABorderBelongsToTheTolerance) {
  const suite::Run exact = exact_run(kSeven, proportional);
  const double found =
      judged(claim_of(ClaimKind::exponent, 1, 0.1), exact).interval->estimate;
  EXPECT_EQ(answer(claim_of(ClaimKind::exponent, found, 0), exact),
            "SUPPORTED");

  const suite::Run noisy = run_of(linear);
  std::vector<double> sizes;
  std::vector<Repetitions> seconds;
  for (const MeasuredCell& cell : noisy.cells) {
    sizes.push_back(static_cast<double>(cell.dimensions.at("N")));
    seconds.push_back(cell.seconds("total"));
  }
  Resampling resampling(seconds);
  const Interval wide =
      fit_power(sizes, resampling, PowerForm::with_offset).exponent.wide;
  for (const double border : {wide.low, wide.high}) {
    EXPECT_EQ(answer(claim_of(ClaimKind::exponent, border, 0), noisy),
              "INCONCLUSIVE");
  }
  EXPECT_EQ(answer(claim_of(ClaimKind::exponent, wide.high + 1e-9, 0), noisy),
            "REFUTED");
  EXPECT_EQ(answer(claim_of(ClaimKind::exponent, wide.low - 1e-9, 0), noisy),
            "REFUTED");
}

TEST(SeriesJudges, FactsAreThoseOfTheContestant) {
  const auto fact = [](const std::string& contestant, const std::string& name) {
    Claim claim = claim_of(ClaimKind::fact, 0, 0);
    claim.subject.contestant = contestant;
    claim.fact = name;
    return answer(claim, suite::Run());
  };
  EXPECT_EQ(fact("bare_perceiver", "output_rows_are_latents"), "SUPPORTED");
  EXPECT_EQ(fact("bare_transformer", "output_rows_are_latents"), "REFUTED");
  EXPECT_EQ(fact("bare_perceiver", "permutation_invariant"), "SUPPORTED");
  EXPECT_EQ(fact("bare_transformer", "permutation_invariant"), "REFUTED");
  EXPECT_EQ(fact("bare_perceiver", "permutation_equivariant"), "REFUTED");
  EXPECT_EQ(fact("bare_transformer", "permutation_equivariant"), "SUPPORTED");
  EXPECT_EQ(fact("bare_transformer", "exact"), "SUPPORTED");
  EXPECT_EQ(fact("transformer(attention=linformer)", "exact"), "REFUTED");
}

}  // namespace
}  // namespace suite
