#include "analysis/compare/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "analysis/runs/testing.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr double kWithin = 0.05;

suite::Run trial(const std::string& id, double scale = 1,
                 const std::string& machine = "made, 2 cores") {
  suite::Run run = made_run(id, {}, machine);
  for (const std::uint64_t N : {128, 64}) {
    const double own = scale * static_cast<double>(N) * 1e-5;
    run.cells.push_back(
        made_cell("perceiver", {{"N", N}, {"M", 8}}, spread(own, 0.01)));
    run.cells.push_back(
        made_cell("transformer", {{"N", N}},
                  spread(scale * 1e-7 * static_cast<double>(N * N), 0.01)));
  }
  return run;
}

// The runs are kept: a comparison points into them.
Compared compared(const suite::Run& a, const suite::Run& b) {
  static std::deque<suite::Run> kept;
  const suite::Run& kept_a = kept.emplace_back(a);
  const suite::Run& kept_b = kept.emplace_back(b);
  return compare(pair_cells(kept_a, kept_b), kWithin);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string refusal(const std::vector<suite::Run>& a,
                    const std::vector<suite::Run>& b) {
  try {
    pair_runs("before", a, "after", b);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(PairCells, MatchesByIdOnOneMachineAndListsTheRest) {
  const suite::Run a = trial("a");
  suite::Run b = trial("b");
  b.cells[0] = made_cell("perceiver", {{"N", 256}, {"M", 8}}, {1, 1});
  const RunPair pair = pair_cells(a, b);
  ASSERT_EQ(pair.both.size(), 3u);
  EXPECT_EQ(pair.both[0].a, &a.cells[2]) << "in order of contestant and size";
  EXPECT_EQ(pair.both[0].b, &b.cells[2]);
  EXPECT_EQ(pair.both[1].a, &a.cells[3]);
  ASSERT_EQ(pair.only_a.size(), 1u);
  EXPECT_EQ(pair.only_a[0]->id, "perceiver/N=128/M=8/float/threads=2");
  ASSERT_EQ(pair.only_b.size(), 1u);
  EXPECT_EQ(pair.only_b[0]->id, "perceiver/N=256/M=8/float/threads=2");
}

TEST(PairCells, KeepsThreadsAndPlansApart) {
  const suite::Run a = trial("a");
  suite::Run b = trial("b");
  for (MeasuredCell& cell : b.cells) {
    cell.contestant += "(plan=planned)";
    cell.id = made_id(cell);
  }
  EXPECT_TRUE(pair_cells(a, b).both.empty());
  b = trial("b");
  for (MeasuredCell& cell : b.cells) {
    cell.threads = 1;
    cell.id = made_id(cell);
  }
  EXPECT_TRUE(pair_cells(a, b).both.empty());
  b.machine = "another";
  EXPECT_EQ(pair_cells(a, b).both.size(), 4u)
      << "machines differ in their cores";
}

TEST(PairRuns, TakesTheLatestOfEachExperiment) {
  suite::Run other = trial("20260103");
  other.experiment = "other";
  const std::vector<suite::Run> a = {trial("20260102"), trial("20260101"),
                                     other};
  const std::vector<suite::Run> b = {trial("20260104")};
  const PairedRuns paired = pair_runs("before", a, "after", b);
  ASSERT_EQ(paired.pairs.size(), 1u);
  EXPECT_EQ(paired.pairs[0].a->run_id, "20260102");
  EXPECT_EQ(paired.pairs[0].b->run_id, "20260104");
  EXPECT_EQ(paired.notes, (std::vector<std::string>{
                              "trial: A has 2 runs; the latest is compared",
                              "other: only in A"}));
}

TEST(PairRuns, RefusesWhatHasNothingInCommon) {
  suite::Run other = trial("b");
  other.experiment = "other";
  EXPECT_EQ(refusal({trial("a")}, {other}),
            "no experiment in common: before has trial, after has other");
  other = trial("b");
  for (MeasuredCell& cell : other.cells) cell.id += "0";
  EXPECT_EQ(refusal({trial("a")}, {other}),
            "no cell in common: before and after, as "
            "perceiver/N=128/M=8/float/threads=2 and "
            "perceiver/N=128/M=8/float/threads=20");
}

TEST(Comparison, IsWorseForSlowerAndForDifferentCells) {
  const suite::Run a = trial("a");
  suite::Run b = trial("b");
  EXPECT_FALSE(is_worse({compared(a, b)}));
  EXPECT_FALSE(is_worse({compared(a, trial("b", 0.5))}));
  EXPECT_TRUE(is_worse({compared(a, b), compared(a, trial("b", 2))}));
  b.cells[1].parameters = 7;
  EXPECT_TRUE(is_worse({compared(a, b)}));
  EXPECT_FALSE(is_worse({compared(a, trial("b", 2, "another"))}))
      << "a slower machine is no slower code";
  b.machine = "another";
  EXPECT_TRUE(is_worse({compared(a, b)}));
}

TEST(Comparison, OnOneMachineShowsEveryCell) {
  suite::Run b = trial("b", 2);
  b.cells.pop_back();
  const std::string text = comparison_text(compared(trial("a"), b), kWithin);
  EXPECT_EQ(
      text,
      R"(trial: A is run a, B is run b, both on made, 2 cores; everywhere M=8

contestant   at            A         B    B/A  95 % interval  class
perceiver    N=64   640.0 µs  1.280 ms  2.000  1.971 … 2.029  SLOWER
perceiver    N=128  1.280 ms  2.560 ms  2.000  1.971 … 2.029  SLOWER
transformer  N=128  1.638 ms  3.277 ms  2.000  1.971 … 2.029  SLOWER

crossovers: where two contestants take equally long
contestants             along  at  A (95 % interval)              B  B/A  95 % interval
transformer, perceiver  N           100 (99.0 … 101)  none in range    -              -

only in A: transformer/N=64/float/threads=2

3 cells in both, 3 SLOWER
)");
}

TEST(Comparison, AcrossMachinesShowsWhatDoesNotDependOnSpeed) {
  const Compared across = compared(trial("a"), trial("b", 3, "another"));
  ASSERT_EQ(remarks(across).size(), 1u);
  EXPECT_TRUE(has(remarks(across)[0], "A: made, 2 cores; B: another"));
  const std::string text = comparison_text(across, kWithin);
  EXPECT_FALSE(has(text, "SLOWER")) << text;
  EXPECT_TRUE(has(text, R"(
times over perceiver's
contestant   at          A       B    B/A   95 % interval
transformer  N=64   0.6400  0.6400  1.000  0.9812 … 1.019  SAME
transformer  N=128   1.280   1.280  1.000  0.9812 … 1.019  SAME

slopes of ln time over ln letter, from first to last size
contestant   along     at      A      B  B - A   95 % interval
perceiver    N 64…128      1.000  1.000  0.000  -0.027 … 0.027
transformer  N 64…128      2.000  2.000  0.000  -0.027 … 0.027

crossovers: where two contestants take equally long
contestants             along  at  A (95 % interval)                 B   B/A  95 % interval
transformer, perceiver  N           100 (99.0 … 101)  100 (99.0 … 101)  1.00   0.986 … 1.01
)")) << text;
}

TEST(Comparison, SaysInALineWhatMadeTimingsPoor) {
  suite::Run a = trial("a"), b = trial("b");
  EXPECT_TRUE(remarks(compared(a, b)).empty());
  a.speeds.drift = std::log(1.2);
  b.speeds.drift = std::log(1.5);
  b.speeds.gemm_flops_per_second *= 0.8;
  EXPECT_EQ(
      remarks(compared(a, b)),
      (std::vector<std::string>{
          "drift: the sgemm speed moved by a factor of 1.20 within A and 1.50 "
          "within B; every interval is wider by 1.80 on each side",
          "calibration: B's sgemm speed is 0.80 of A's; what changed may be "
          "the machine"}));
  a.speeds.drift = 0;
  b.speeds.gemm_flops_per_second = a.speeds.gemm_flops_per_second;
  EXPECT_TRUE(has(remarks(compared(a, b)).at(0), "a factor of 1.50 within B;"));
}

TEST(Comparison, HasTheSameInCsv) {
  suite::Run a = trial("a"), b = trial("b");
  for (suite::Run* run : {&a, &b}) {
    run->cells[0].contestant = "perceiver(a=1, b=2)";
  }
  b.cells[2].parts["total"].macs = 5;
  b.cells.pop_back();
  const std::string csv = comparison_csv({compared(a, b)}, kWithin);
  EXPECT_EQ(csv.rfind("experiment,run_a,run_b,table,contestant,over,at,letter,"
                      "a,b,estimate,low,high,class,note\n",
                      0),
            0u);
  EXPECT_TRUE(has(csv, "\ntrial,a,b,cell,\"perceiver(a=1, b=2)\",,")) << csv;
  EXPECT_TRUE(has(csv, ",DIFFERENT,MACs 1000 → 5\n")) << csv;
  EXPECT_TRUE(has(csv,
                  "\ntrial,a,b,only_in_a,transformer,,transformer/N=64/"
                  "float/threads=2,,,,,,,,\n"))
      << csv;
  b = trial("b", 3, "another");
  const std::string across = comparison_csv({compared(trial("a"), b)}, kWithin);
  for (const char* table : {"remark,,", "ratio,transformer,perceiver,",
                            "slope,perceiver,,", "crossover,transformer,"}) {
    EXPECT_TRUE(has(across, std::string("\ntrial,a,b,") + table)) << across;
  }
}

}  // namespace
}  // namespace suite
