#include "analysis/tables/sweep_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/runs/testing.h"

namespace suite {
namespace {

// M in two values, with a transformer that doesn't read it.
suite::Run trial() {
  return made_run("run", {made_cell("perceiver", {{"N", 64}, {"M", 8}},
                                    {0.002, 0.001, 0.009}, 500'000),
                          made_cell("perceiver", {{"N", 64}, {"M", 16}},
                                    {0.004, 0.004, 0.004}, 1'000'000),
                          made_cell("transformer", {{"N", 64}},
                                    {0.016, 0.016, 0.016}, 8'000'000)});
}

using Row = std::vector<std::string>;

TEST(SweepTables, ShowMeansIntervalsRatiosAndShares) {
  const std::vector<Table> tables = sweep_tables({trial()}, {});
  ASSERT_EQ(tables.size(), 1u);
  const Table& table = tables[0];
  EXPECT_EQ(table.caption,
            "trial: M swept at N = 64; float, 2 threads (run run, made, 2 "
            "cores)");
  EXPECT_EQ(table.label, "tab:trial-M");
  EXPECT_EQ(table.columns[0].head, "M");
  EXPECT_EQ(table.columns[6].head, "over perceiver");
  ASSERT_EQ(table.rows.size(), 4u);
  // The mean is ∛(2·1·9) ms; 2·0.5 MMACs in it, of 1 GFLOP/s. The logarithms'
  // deviation is 1.123 and
  // t(0.975; 2) = 4.303: a factor of exp(4.303·1.123/√3) = 16.29.
  EXPECT_EQ(table.rows[0], (Row{"8", "perceiver", "2.621 ms", "1529 %",
                                "1.00 MB", "500 k", "1", "-", "38 %"}));
  EXPECT_EQ(table.rows[1][6], "6.11") << "16 ms over 2.621 ms";
  EXPECT_EQ(table.rows[2], (Row{"16", "perceiver", "4.000 ms", "0.0 %",
                                "2.00 MB", "1.00 M", "1", "-", "50 %"}));
  EXPECT_EQ(table.rows[3],
            (Row{"16", "transformer", "16.00 ms", "0.0 %", "16.0 MB", "8.00 M",
                 "4.00", "4.00 … 4.00", "100 %"}));
}

TEST(SweepTables, ARatioLiesInTheIntervalBesideIt) {
  // Skewed, as times are: medians' ratio is 1, and the interval is above it.
  const std::vector<double> low(21, 1.0);
  std::vector<double> skewed(21, 1.0);
  std::fill(skewed.begin() + 11, skewed.end(), 1.2);
  const suite::Run run =
      made_run("run", {made_cell("perceiver", {{"N", 64}, {"M", 8}}, low),
                       made_cell("perceiver", {{"N", 64}, {"M", 16}}, low),
                       made_cell("transformer", {{"N", 64}}, skewed)});
  const Row row = sweep_tables({run}, {}).at(0).rows.at(1);
  const double ratio = std::stod(row[6]);
  const std::size_t between = row[7].find(" … ");
  EXPECT_LE(std::stod(row[7]), ratio) << row[7];
  EXPECT_GE(std::stod(row[7].substr(between + 5)), ratio) << row[7];
}

TEST(SweepTables, WhatWasNotTimedShowsWhy) {
  suite::Run run = trial();
  run.cells[1] = made_cell("perceiver", {{"N", 64}, {"M", 16}}, {}, 1'000'000);
  run.cells[2].status = "failed";
  const Table table = sweep_tables({run}, {}).at(0);
  EXPECT_EQ(table.rows[2], (Row{"16", "perceiver", "skipped", "-", "2.00 MB",
                                "1.00 M", "-", "-", "-"}))
      << "predicted, but never timed";
  EXPECT_EQ(table.rows[3][2], "failed") << "a wrong answer has no time";
  EXPECT_EQ(table.rows[3][6], "-");
  run.cells[0].status = "skipped";
  EXPECT_EQ(sweep_tables({run}, {}).at(0).rows[0][2], "2.621 ms, rest skipped");
}

TEST(SweepTables, ASingleRepetitionHasARatioWithoutInterval) {
  suite::Run run = trial();
  run.cells[1].parts["total"].seconds = {0.004};
  run.cells[2].parts["total"].seconds = {0.016};
  const Table table = sweep_tables({run}, {}).at(0);
  EXPECT_EQ(table.rows[2][3], "-");
  EXPECT_EQ(table.rows[3][6], "4.00");
  EXPECT_EQ(table.rows[3][7], "unknown");
}

TEST(SweepTables, AnUncalibratedRunHasNoShare) {
  suite::Run run = trial();
  run.speeds.gemm_flops_per_second = 0;
  EXPECT_EQ(sweep_tables({run}, {}).at(0).rows[0][8], "-");
}

TEST(SweepTables, LeaveOutCellsThatTheRunHasNot) {
  suite::Run run = trial();
  run.cells.push_back(
      made_cell("bare_perceiver", {{"N", 64}, {"M", 16}}, {1, 1}));
  const Table table = sweep_tables({run}, {}).at(0);
  ASSERT_EQ(table.rows.size(), 5u);
  EXPECT_EQ(table.rows[0][1], "perceiver");
  EXPECT_EQ(table.rows[0][6], "-") << "the first contestant isn't there";
  EXPECT_EQ(table.rows[2][1], "bare_perceiver");
}

TEST(SweepTables, KeepToTheLetterThatIsAskedFor) {
  suite::Run run = trial();
  run.cells.push_back(
      made_cell("perceiver", {{"N", 128}, {"M", 8}}, {0.003, 0.003}));
  const auto heads = [&](const std::optional<std::string>& dimension) {
    std::string all;
    for (const Table& table : sweep_tables({run}, dimension)) {
      all += table.columns[0].head + " ";
    }
    return all;
  };
  EXPECT_EQ(heads({}), "N M ");
  EXPECT_EQ(heads("M"), "M ");
  EXPECT_EQ(heads("B"), "");
}

TEST(SweepTables, LabelsAreUniqueAndPlain) {
  const std::vector<Table> tables = sweep_tables({trial(), trial()}, {});
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].label, "tab:trial-M");
  EXPECT_EQ(tables[1].label, "tab:trial-M-2");
  suite::Run odd = trial();
  odd.experiment = "odd_1 %";
  EXPECT_EQ(sweep_tables({odd}, {}).at(0).label, "tab:odd-1---M");
}

}  // namespace
}  // namespace suite
