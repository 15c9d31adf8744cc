// Claims on one side against another at the borders of what decides them, and
// what is said where they cannot be judged.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/claims/testing.h"
#include "analysis/statistics/comparison.h"

namespace suite {
namespace {

using testing::HasSubstr;

// bare_transformer over bare_perceiver.
Claim pair_claim(ClaimKind kind, double value, double tolerance) {
  Claim claim = claim_of(kind, value, tolerance);
  claim.subject.contestant = "bare_transformer";
  claim.versus = Subject{"bare_perceiver"};
  return claim;
}

// A side at N = 1024, 2048, …, with these repetitions or counts.
suite::Run side(const std::string& contestant,
                const std::vector<std::vector<double>>& seconds) {
  suite::Run run;
  std::uint64_t n = 512;
  for (const auto& values : seconds) {
    run.cells.push_back(cell_of(contestant, n *= 2, 0, values));
  }
  return run;
}
suite::Run both_sides(const std::vector<std::vector<double>>& transformer,
                      const std::vector<std::vector<double>>& perceiver) {
  suite::Run run = side("bare_transformer", transformer);
  append(run, side("bare_perceiver", perceiver));
  return run;
}
suite::Run counts(const std::vector<std::uint64_t>& transformer,
                  const std::vector<std::uint64_t>& perceiver) {
  const std::vector<std::vector<double>> none(transformer.size());
  suite::Run run = both_sides(none, none);
  for (std::size_t i = 0; i < transformer.size(); ++i) {
    run.cells[i].parts["total"].macs = transformer[i];
    run.cells[transformer.size() + i].parts["total"].macs = perceiver[i];
  }
  return run;
}

Verdict judged_pair(const Claim& claim, const Run& run) {
  return judge(claim, run, definition());
}

TEST(PairJudges, WhatASideLacksIsSaid) {
  const Claim claim = pair_claim(ClaimKind::ratio, 2, 0.1);
  const suite::Run whole = both_sides({{2.0}}, {{1.0}});
  for (const std::size_t lacking : {0, 1}) {
    suite::Run run = whole;
    run.cells[lacking].parts.clear();
    run.cells[lacking].status = "skipped";
    run.cells[lacking].reason = fmt::format("too large {}", lacking);
    EXPECT_EQ(reason(claim, run),
              fmt::format("skipped: too large {}", lacking));
    EXPECT_EQ(
        reason(pair_claim(ClaimKind::crossover, 2, 0.1), run),
        fmt::format("0 sizes have both sides; skipped: too large {}", lacking));
  }
  suite::Run apart = whole;
  apart.cells[0].dimensions["N"] = 4096;
  EXPECT_EQ(reason(claim, apart), "the run has no such pair of cells");
}

// A side that doesn't read the variable stands at all of its values.
TEST(PairJudges, ASideMayNotReadTheVariable) {
  suite::Run run = both_sides({{1.0}}, {{3.0}, {3.0}, {3.0}});
  std::uint64_t m = 16;
  for (std::size_t i = 1; i < run.cells.size(); ++i) {
    run.cells[i].dimensions["N"] = 1024;
    run.cells[i].dimensions["M"] = m *= 2;
  }
  Claim claim = pair_claim(ClaimKind::ratio, 3, 0.1);
  std::swap(claim.subject, *claim.versus);
  claim.variable = "M";
  const Verdict verdict = judged_pair(claim, run);
  EXPECT_EQ(name_of(verdict.answer), "SUPPORTED");
  EXPECT_EQ(verdict.reason, "ratio 3 over 3 pairs");
}

TEST(PairJudges, NothingIsNoSideOfARatio) {
  const suite::Run run = both_sides({{1.0}, {0.0}}, {{1.0}, {1.0}});
  for (const ClaimKind kind : {ClaimKind::ratio, ClaimKind::crossover}) {
    const Verdict verdict = judged_pair(pair_claim(kind, 1, 0.1), run);
    EXPECT_EQ(name_of(verdict.answer), "INCONCLUSIVE");
    EXPECT_EQ(verdict.reason, "a side is not positive, so there is no ratio");
    EXPECT_FALSE(verdict.interval.has_value());
  }
}

// Of counts the pair that is farthest from the claim decides, wherever it is.
TEST(PairJudges, CountsAreJudgedByTheFarthestPair) {
  Claim twofold = pair_claim(ClaimKind::ratio, 2, 0.05);
  twofold.quantity = "macs";
  const std::vector<std::uint64_t> one = {1000, 2000, 4000};
  for (std::size_t at = 0; at < one.size(); ++at) {
    for (const double far : {1.7, 2.25}) {
      std::vector<std::uint64_t> two = {2000, 4000, 8000};
      EXPECT_EQ(answer(twofold, counts(two, one)), "SUPPORTED");
      two[at] = static_cast<std::uint64_t>(far * double(one[at]));
      two[(at + 1) % 3] += one[(at + 1) % 3] / 100;
      const Verdict verdict = judged_pair(twofold, counts(two, one));
      EXPECT_EQ(name_of(verdict.answer), "REFUTED");
      EXPECT_NEAR(verdict.interval->estimate, far, 1e-9);
    }
  }
}

// Whatever the logarithms' rounding.
TEST(PairJudges, ExactCountsKeepAToleranceOfNothing) {
  for (const ClaimKind kind : {ClaimKind::ratio, ClaimKind::at_least}) {
    for (std::uint64_t times = 1; times < 100; ++times) {
      Claim claim = pair_claim(kind, double(times), 0);
      claim.quantity = "macs";
      for (const std::uint64_t one : {3, 10, 123456}) {
        EXPECT_EQ(answer(claim, counts({times * one}, {one})), "SUPPORTED")
            << times << " times " << one;
        EXPECT_EQ(answer(claim, counts({times * one - 1}, {one})), "REFUTED")
            << times << " times " << one;
      }
    }
  }
}

TEST(PairJudges, TwoFreeRepetitionsASideAreEnough) {
  const Claim claim = pair_claim(ClaimKind::ratio, 2, 0.5);
  const std::vector<double> three = {1.00, 1.01, 1.02};
  const Verdict enough =
      judged_pair(claim, both_sides({{2.00, 2.01, 2.02}}, {three}));
  EXPECT_EQ(name_of(enough.answer), "SUPPORTED");
  EXPECT_THAT(enough.reason, testing::MatchesRegex("ratio [^ ]+ \\[.*\\]"));
  const Verdict few = judged_pair(claim, both_sides({{2.00, 2.01}}, {three}));
  EXPECT_EQ(few.reason, "too few repetitions");
  EXPECT_FALSE(few.interval.has_value());
  EXPECT_THAT(judged_pair(claim, both_sides({{2.0, 2.1}, {2.0, 2.1}},
                                            {{1.0, 1.1}, {1.0, 1.1}}))
                  .reason,
              testing::EndsWith(" over 2 pairs"));
}

TEST(PairJudges, TwoSizesMakeACrossing) {
  const double meeting = 1500;
  const auto run = [&](const std::vector<std::uint64_t>& sizes) {
    suite::Run both =
        exact_run(sizes, [&](double n) { return 1e-10 * n * meeting; });
    append(both, exact_run(sizes, quadratic, "bare_transformer"));
    return both;
  };
  const auto said = [&](double value, double tolerance) {
    return answer(pair_claim(ClaimKind::crossover, value, tolerance),
                  run({1024, 2048}));
  };
  EXPECT_EQ(said(meeting, 0), "SUPPORTED");
  EXPECT_EQ(said(meeting * 1.09, 0.1), "SUPPORTED");
  EXPECT_EQ(said(meeting * 1.11, 0.1), "REFUTED");
  EXPECT_EQ(said(meeting / 1.09, 0.1), "SUPPORTED");
  EXPECT_EQ(said(meeting / 1.11, 0.1), "REFUTED");
  EXPECT_EQ(reason(pair_claim(ClaimKind::crossover, meeting, 0), run({1024})),
            "1 sizes have both sides");
}

// The steeper the ratio, the less a machine that changed moves where it is one.
TEST(PairJudges, DriftMovesACrossingByItsSteepness) {
  suite::Run run = exact_run({1024, 2048, 4096}, [](double n) { return n; });
  append(run, exact_run(
                  {1024, 2048, 4096},
                  [](double n) { return n * n * n / (1500. * 1500.); },
                  "bare_transformer"));
  run.speeds.drift = std::log(2.0);
  const Verdict verdict =
      judged_pair(pair_claim(ClaimKind::crossover, 1500, 0.1), run);
  EXPECT_NEAR(verdict.interval->low, 1500 / std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(verdict.interval->estimate, 1500, 1e-6);
  EXPECT_NEAR(verdict.interval->high, 1500 * std::sqrt(2.0), 1e-6);
}

// What is taken off may be of either side, or of both.
TEST(PairJudges, EachSideHasItsOwnTakenOff) {
  suite::Run run;
  const std::vector<std::uint64_t> sizes = {1024, 2048};
  const auto add = [&](const char* contestant, std::uint64_t layers,
                       double more) {
    append(run,
           exact_run(
               sizes, [&](double n) { return n + more; }, contestant, layers));
  };
  add("bare_perceiver", 0, 0);
  add("bare_perceiver", 4, 100);
  add("bare_perceiver", 8, 200);
  append(run, exact_run(
                  sizes, [](double) { return 400; }, "bare_transformer"));
  const auto layers = [](std::uint64_t count) {
    Subject subject{"bare_perceiver"};
    subject.where = {{"L", count}};
    subject.minus = {{"L", 0}};
    return subject;
  };
  const Subject plain{"bare_transformer"};
  const auto ratio = [&](const Subject& a, const Subject& b) {
    Claim claim = claim_of(ClaimKind::ratio, 2, 1e-6);
    claim.subject = a;
    claim.versus = b;
    return answer(claim, run);
  };
  EXPECT_EQ(ratio(plain, layers(8)), "SUPPORTED");
  EXPECT_EQ(ratio(layers(8), layers(4)), "SUPPORTED");
  for (MeasuredCell& cell : run.cells) {
    if (cell.contestant == "bare_transformer") {
      cell.parts["total"].seconds = {100};
    }
  }
  EXPECT_EQ(ratio(layers(8), plain), "SUPPORTED");
}

// The 99 % interval's width falls with the root of the repetitions; what is
// left to the nearer bound says how many are needed.
TEST(PairJudges, SaysHowManyRepetitionsWouldSettleIt) {
  const std::vector<double> a = {3.0, 2.2, 4.1, 3.3, 2.7},
                            b = {1.0, 1.3, 0.8, 1.1, 0.9};
  const suite::Run run = both_sides({a}, {b});
  Resampling both({a, b});
  const Interval wide = ratio_bounds(both).wide;
  const double e = wide.estimate, up = wide.high - e, down = e - wide.low;
  ASSERT_GT(up, 1.2 * down);  // so that no side can be taken for the other
  const auto undecided = [&](double low, double high) {
    const Claim claim = pair_claim(ClaimKind::ratio, std::sqrt(low * high),
                                   std::sqrt(high / low) - 1);
    const Verdict verdict = judged_pair(claim, run);
    EXPECT_EQ(name_of(verdict.answer), "INCONCLUSIVE");
    return verdict.undecided;
  };
  const auto times = [](int count) {
    return HasSubstr(
        fmt::format("; about {} times the repetitions would settle it", count));
  };
  EXPECT_THAT(undecided(wide.low / 2, e + up / 1.5), times(3));
  EXPECT_THAT(undecided(e - down / 2.5, 2 * wide.high), times(7));
  EXPECT_THAT(undecided(e - down / 2.5, e + up / 1.5), times(7));
  EXPECT_THAT(undecided(e + up / 1.9, 3 * wide.high), times(4));
  EXPECT_THAT(undecided(wide.low / 3, e - down / 1.9), times(4));
  EXPECT_THAT(undecided(e + up / 9.5, 3 * wide.high), times(91));
  EXPECT_THAT(undecided(e + up / 20, 3 * wide.high),
              HasSubstr("too near that bound for repetitions to tell"));
  const Verdict bound =
      judged_pair(pair_claim(ClaimKind::at_least, e - down / 1.5, 0), run);
  EXPECT_THAT(bound.undecided,
              HasSubstr(" is neither inside what is at least "));
  EXPECT_THAT(bound.undecided, times(3));
}

}  // namespace
}  // namespace suite
