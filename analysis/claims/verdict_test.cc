// Verdicts on runs made up for the purpose: right ones, wrong ones, and data
// that no verdict can be made of.
#include "analysis/claims/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "analysis/claims/evidence.h"
#include "analysis/claims/testing.h"

// GoogleTest has a Run of its own, so tests say suite::Run.
namespace suite {
namespace {

TEST(Verdict, OnExponents) {
  const Claim is_linear = claim_of(ClaimKind::exponent, 1, 0.1);
  EXPECT_EQ(answer(is_linear, run_of(linear)), "SUPPORTED");
  EXPECT_EQ(answer(is_linear, run_of(quadratic)), "REFUTED");
  // The truth at the border of a tolerance that noise can't resolve.
  EXPECT_EQ(answer(claim_of(ClaimKind::exponent, 1.001, 0.001),
                   run_of(linear)),
            "INCONCLUSIVE");
}

TEST(Verdict, SaysWhatLeftItOpenAndWhatWouldSettleIt) {
  const auto undecided = [](double value, double tolerance) {
    return judge(claim_of(ClaimKind::exponent, value, tolerance),
                 run_of(linear), definition())
        .undecided;
  };
  EXPECT_EQ(undecided(1, 0.1), "");
  const std::string near = undecided(1.001, 0.001);
  EXPECT_NE(near.find("the 99 % interval "), std::string::npos) << near;
  EXPECT_NE(near.find(" is neither inside 1 to 1.002 nor outside; "),
            std::string::npos)
      << near;
  const Verdict judged = judge(claim_of(ClaimKind::exponent, 1.001, 0.001),
                               run_of(linear), definition());
  // A tolerance that the 95 % interval would keep, and the 99 % one does not.
  const double wider =
      std::max(judged.interval->high - 1, 1 - judged.interval->low);
  const std::string kept = undecided(1, 1.02 * wider);
  EXPECT_NE(kept.find("; about 2 times the repetitions would settle it"),
            std::string::npos)
      << kept;
}

TEST(Verdict, OnUpperBounds) {
  const Claim at_most_linear = claim_of(ClaimKind::upper_bound, 1, 0.1);
  EXPECT_EQ(answer(at_most_linear, run_of(linear)), "SUPPORTED");
  EXPECT_EQ(answer(at_most_linear, run_of(constant)), "SUPPORTED");
  EXPECT_EQ(answer(at_most_linear, run_of(quadratic)), "REFUTED");
}

TEST(Verdict, OnIndependence) {
  const Claim flat = claim_of(ClaimKind::independent, 0, 0.1);
  EXPECT_EQ(answer(flat, run_of(constant)), "SUPPORTED");
  EXPECT_EQ(answer(flat, run_of(linear)), "REFUTED");
}

TEST(Verdict, OnWhatIsLeftWhenSomethingIsTakenOff) {
  // Ten times the noise of one side, so let the layers cost much.
  suite::Run run = run_of(linear);
  append(run, run_of([](double n) { return linear(n) + 0.2; },
                     "bare_perceiver", 8, 6));
  Claim flat = claim_of(ClaimKind::independent, 0, 0.2);
  flat.subject.where = {{"L", 8}};
  flat.subject.minus = {{"L", 0}};
  EXPECT_EQ(answer(flat, run), "SUPPORTED");
  std::swap(flat.subject.where, flat.subject.minus);
  EXPECT_NE(reason(flat, run).find("nothing positive"), std::string::npos);
}

TEST(Verdict, OnRatios) {
  suite::Run run = run_of([](double n) { return 3 * linear(n); }, "bare_transformer");
  append(run, run_of(linear, "bare_perceiver", 0, 6));
  Claim threefold = claim_of(ClaimKind::ratio, 3, 0.05);
  threefold.subject.contestant = "bare_transformer";
  threefold.versus = Subject{"bare_perceiver"};
  EXPECT_EQ(answer(threefold, run), "SUPPORTED");
  threefold.value = 4;
  EXPECT_EQ(answer(threefold, run), "REFUTED");
  threefold.kind = ClaimKind::at_least;
  threefold.value = 2.5;
  EXPECT_EQ(answer(threefold, run), "SUPPORTED");
  threefold.value = 3.5;
  EXPECT_EQ(answer(threefold, run), "REFUTED");
}

TEST(Verdict, OnCrossovers) {
  const double meeting = 8000;
  suite::Run run = run_of([&](double n) { return 1e-10 * n * meeting; });
  append(run, run_of(quadratic, "bare_transformer", 0, 6));
  Claim claim = claim_of(ClaimKind::crossover, meeting, 0.1);
  claim.versus = Subject{"bare_transformer"};
  EXPECT_EQ(answer(claim, run), "SUPPORTED");
  claim.value = 4000;
  EXPECT_EQ(answer(claim, run), "REFUTED");
}

TEST(Verdict, RefusesCrossoversOutsideTheRange) {
  suite::Run run = run_of([](double n) { return 10 * n; });
  append(run, run_of(quadratic, "bare_transformer", 0, 6));
  Claim claim = claim_of(ClaimKind::crossover, 1e9, 0.1);
  claim.versus = Subject{"bare_transformer"};
  EXPECT_NE(reason(claim, run).find("cross 0 times"), std::string::npos);
}

TEST(Verdict, OnASumOfTerms) {
  Claim claim = claim_of(ClaimKind::sum_of_terms, 0, 0.15);
  claim.terms = {"N", "1"};
  EXPECT_EQ(answer(claim, run_of(linear)), "SUPPORTED");
  EXPECT_EQ(answer(claim, run_of(quadratic)), "REFUTED");
}

TEST(Verdict, AMachineThatDriftedWidens) {
  const Claim is_linear = claim_of(ClaimKind::exponent, 1, 0.1);
  suite::Run run = run_of(linear);
  run.speeds.drift = std::log(1.05);  // as calibrations do
  EXPECT_EQ(answer(is_linear, run), "SUPPORTED");
  run.speeds.drift = std::log(2.0);
  EXPECT_NE(reason(is_linear, run).find("widens"), std::string::npos);
}

// Of every kind that reads numbers; to the bit, though draws are made of them.
TEST(Verdict, RowsInAnyOrderSayTheSame) {
  suite::Run run = run_of(linear);
  append(run, run_of(quadratic, "bare_transformer", 0, 6));
  std::vector<Claim> claims = {claim_of(ClaimKind::exponent, 1, 0.1),
                               claim_of(ClaimKind::upper_bound, 1, 0.1),
                               claim_of(ClaimKind::independent, 0, 0.1),
                               claim_of(ClaimKind::ratio, 1, 0.1),
                               claim_of(ClaimKind::at_least, 1, 0),
                               claim_of(ClaimKind::crossover, 14000, 0.1),
                               claim_of(ClaimKind::sum_of_terms, 0, 0.15)};
  for (std::size_t i = 3; i < 6; ++i) {
    claims[i].versus = Subject{"bare_transformer"};
  }
  claims[6].terms = {"N", "1"};
  claims[6].variable = "";
  std::mt19937 draw(3);
  for (const Claim& claim : claims) {
    const Verdict before = judge(claim, run, definition());
    ASSERT_TRUE(before.interval.has_value()) << before.reason;
    suite::Run shuffled = run;
    for (int i = 0; i < 5; ++i) {
      std::shuffle(shuffled.cells.begin(), shuffled.cells.end(), draw);
      const Verdict after = judge(claim, shuffled, definition());
      EXPECT_EQ(name_of(before.answer), name_of(after.answer));
      EXPECT_EQ(before.reason, after.reason);
      EXPECT_EQ(before.undecided, after.undecided);
      EXPECT_EQ(before.interval->low, after.interval->low) << after.reason;
      EXPECT_EQ(before.interval->high, after.interval->high) << after.reason;
    }
  }
}

TEST(Verdict, DegenerateDataAreInconclusiveWithTheirReason) {
  const Claim is_linear = claim_of(ClaimKind::exponent, 1, 0.1);
  const suite::Run whole = run_of(linear);

  suite::Run one_size = whole;
  one_size.cells.resize(1);
  EXPECT_NE(reason(is_linear, one_size).find("1 sizes"), std::string::npos);

  suite::Run narrow = whole;
  narrow.cells.erase(narrow.cells.begin() + 3, narrow.cells.end());
  EXPECT_NE(reason(is_linear, narrow).find("sizes"), std::string::npos);

  EXPECT_NE(reason(is_linear, suite::Run()).find("no such cell"), std::string::npos);

  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), -1.0}) {
    suite::Run broken = whole;
    for (std::size_t i = 0; i < 3; ++i) {
      broken.cells[i].parts["total"].seconds[2] = bad;
    }
    EXPECT_NE(reason(is_linear, broken).find("no number"), std::string::npos);
  }

  suite::Run zeros = whole;
  for (MeasuredCell& cell : zeros.cells) {
    cell.parts["total"].seconds.assign(7, 0.0);
  }
  EXPECT_NE(reason(is_linear, zeros).find("nothing positive"),
            std::string::npos);

  suite::Run equal = whole;
  for (MeasuredCell& cell : equal.cells) {
    cell.parts["total"].seconds.assign(7, 1e-3);
  }
  EXPECT_NE(reason(is_linear, equal).find("depend on N"), std::string::npos);

  suite::Run skipped = whole;
  for (std::size_t i = 0; i < 4; ++i) {
    skipped.cells[i].parts.clear();
    skipped.cells[i].status = "skipped";
    skipped.cells[i].reason = "too large";
  }
  EXPECT_NE(reason(is_linear, skipped).find("too large"), std::string::npos);
}

// bare_perceiver at N = 1024 … 16384, over as many ranks as a claim may ask
// for.
Definition over_ranks() {
  return parse_definition(
      "made_up.toml", std::string("ranks = [1, 2, 8]\n") + kDefinition +
                          "[[sweep]]\nN = [1024, 2048, 4096, 8192, 16384]\n");
}

std::string answer_over_ranks(const Claim& claim) {
  const Definition definition = over_ranks();
  return std::string(
      name_of(judge(claim, counted_run(definition), definition).answer));
}

TEST(Verdict, OnCountsOverRanks) {
  Claim flat = claim_of(ClaimKind::independent, 0, 1e-9);
  flat.quantity = "bytes_moved";
  flat.subject.part = "exchange";
  EXPECT_EQ(answer_over_ranks(flat), "INCONCLUSIVE") << "nothing is sent";
  flat.subject.where = {{"ranks", 8}};
  EXPECT_EQ(answer_over_ranks(flat), "SUPPORTED");
  flat.subject.part = "total";
  EXPECT_EQ(answer_over_ranks(flat), "REFUTED");

  Claim grows = claim_of(ClaimKind::exponent, 1, 1e-6);
  grows.quantity = "macs_per_byte";
  grows.subject.part = "exchange";
  grows.subject.where = {{"ranks", 8}};
  EXPECT_EQ(answer_over_ranks(grows), "SUPPORTED");
  grows.value = 2;
  EXPECT_EQ(answer_over_ranks(grows), "REFUTED");

  Claim rounds = claim_of(ClaimKind::ratio, 3, 0);
  rounds.quantity = "bytes_moved";
  rounds.variable = "";
  rounds.subject.part = "exchange";
  rounds.subject.where = {{"ranks", 8}};
  rounds.versus = rounds.subject;
  rounds.versus->where = {{"ranks", 2}};
  EXPECT_EQ(answer_over_ranks(rounds), "SUPPORTED");
  rounds.value = 4;
  EXPECT_EQ(answer_over_ranks(rounds), "REFUTED");
  rounds.subject.where = {{"ranks", 16}};
  EXPECT_EQ(answer_over_ranks(rounds), "INCONCLUSIVE") << "not counted";

  // Of what N/2 more inputs cost, a rank of 8 has an eighth.
  Claim share = claim_of(ClaimKind::ratio, 8, 0);
  share.quantity = "macs";
  share.variable = "";
  share.subject.where = {{"ranks", 1}, {"N", 16384}};
  share.subject.minus = {{"N", 8192}};
  share.versus = share.subject;
  share.versus->where["ranks"] = 8;
  EXPECT_EQ(answer_over_ranks(share), "SUPPORTED");

  Claim by_ranks = claim_of(ClaimKind::exponent, 1, 0.1);
  by_ranks.quantity = "bytes_peak";
  by_ranks.variable = "ranks";
  EXPECT_EQ(judge(by_ranks, counted_run(over_ranks()), over_ranks()).reason,
            "3 sizes, 5 are needed");
}

// Cells of the plain program and of other numbers of ranks stand beside them.
TEST(Verdict, OfARunOverRanksIsByItsOwn) {
  Claim whole = claim_of(ClaimKind::ratio, 1, 0);
  whole.quantity = "macs";
  whole.variable = "";
  whole.versus = whole.subject;
  whole.subject.part = whole.versus->part = "scores";
  const Definition definition = over_ranks();
  const auto estimate = [&](int ranks, std::uint64_t others) {
    whole.versus->where = {{"ranks", others}};
    const Verdict verdict =
        judge(whole, counted_run(definition, ranks), definition);
    EXPECT_EQ(verdict.ranks, ranks);
    return verdict.interval.value_or(Interval()).estimate;
  };
  EXPECT_DOUBLE_EQ(estimate(0, 1), 1);
  EXPECT_DOUBLE_EQ(estimate(2, 1), 0.5);
  EXPECT_DOUBLE_EQ(estimate(4, 8), 2) << "one that the definition doesn't name";
}

TEST(Verdict, OnCountsIsExact) {
  Claim claim = claim_of(ClaimKind::ratio, 1, 0);
  claim.quantity = "macs";
  claim.versus = Subject{"bare_perceiver"};
  claim.versus->part = "scores";
  claim.subject.part = "scores";
  suite::Run run = counted_run(definition());
  EXPECT_EQ(answer(claim, run), "SUPPORTED");
  claim.versus->part = "weighted_sum";
  run.cells.front().parts["weighted_sum"].macs += 1;
  EXPECT_EQ(answer(claim, run), "REFUTED");
}

}  // namespace
}  // namespace suite
