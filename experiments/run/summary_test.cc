#include "experiments/run/summary.h"

#include <gtest/gtest.h>

#include "experiments/rows/rows.h"
#include "support/files.h"

namespace suite {
namespace {

// Rows of a run that never was, with times that are easy to divide.
class SummaryTest : public testing::Test {
 protected:
  SummaryTest() {
    const std::string path = testing::TempDir() + "trial.toml";
    replace_file(path, R"(shows = "Something."
contestants = ["bare_perceiver", "bare_transformer"]
[base]
N = 64
M = 16
D = 8
L = 0
[[sweep]]
N = [128, 64]
)");
    definition_ = read_definition(path);
    cells_ = cells_of(definition_, 1);
  }

  void measure(const Cell& cell, std::initializer_list<double> seconds) {
    int repetition = 0;
    for (const double each : seconds) {
      Measurement m;
      m.seconds = each;
      m.counted = cell.declared();
      m.counted[Part::scores].seconds = each / 2;
      m.counted[Part::softmax].seconds = each / 8;
      m.counted[Part::weighted_sum].seconds = each / 8;
      m.bytes_peak = 2000000;
      for (Record& row : measured_rows(run_, cell, repetition++, m, 1)) {
        rows_.push_back(row);
      }
    }
  }

  RunIdentity run_{"trial", "hash", "run"};
  Definition definition_;
  std::vector<Cell> cells_;
  std::vector<Record> rows_;
};

TEST_F(SummaryTest, ShowsMediansRatiosAndShares) {
  measure(cells_[0], {0.002, 0.001, 0.009});  // N = 128
  measure(cells_[1], {0.001});                // N = 64
  measure(cells_[2], {0.016});
  rows_.push_back(untimed_row(run_, cells_[3], "skipped", "too large", nullptr));
  const std::string text = summary(definition_, cells_, rows_, {{1, 1e9}});
  const double share =
      100 * 2.0 * static_cast<double>(cells_[2].declared().total().macs) /
      0.016 / 1e9;
  EXPECT_NE(text.find("2.000 ms"), std::string::npos) << "the median\n" << text;
  EXPECT_NE(text.find("8.00"), std::string::npos) << "16 ms over 2 ms\n" << text;
  EXPECT_NE(text.find(fmt::format("{:.0f} %", share)), std::string::npos);
  EXPECT_NE(text.find("skipped"), std::string::npos);
  EXPECT_LT(text.find("N=64"), text.find("N=128")) << "in order of size";
  // N/M = 8: exactly, in score MACs.
  EXPECT_NE(text.find("bare_transformer over bare_perceiver at N=128: score "
                      "MACs 8, attention time 8,"),
            std::string::npos)
      << text;
}

TEST_F(SummaryTest, KeepsCountsOfThreadsApart) {
  for (Cell& cell : cells_of(definition_, 2)) {
    cells_.push_back(std::move(cell));
  }
  measure(cells_[0], {0.002});
  measure(cells_[4], {0.001});
  const std::string text =
      summary(definition_, cells_, rows_, {{1, 1e9}, {2, 2e9}});
  const std::size_t one = text.find("threads = 1\n");
  const std::size_t two = text.find("threads = 2\n");
  ASSERT_NE(two, std::string::npos) << text;
  EXPECT_LT(one, text.find("2.000 ms"));
  EXPECT_LT(text.find("2.000 ms"), two);
  EXPECT_LT(two, text.find("1.000 ms"));
}

}  // namespace
}  // namespace suite
