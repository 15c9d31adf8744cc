#include "analysis/variants/leaderboard.h"

#include <gtest/gtest.h>

#include "analysis/runs/testing.h"
#include "analysis/variants/leaderboard_entry.h"
#include "contract/registry.h"

namespace suite {
namespace {

Contestant named(const std::string& name) {
  Contestant contestant;
  contestant.name = name;
  contestant.facts.dimensions = "N";
  contestant.facts.cost = "O(" + name + ")";
  return contestant;
}
const Registration early(named("transformer(attention=early)"));
const Registration always(named("transformer(attention=always)"));
const Registration never(named("transformer(attention=never)"));
const Registration wavering(named("transformer(attention=wavering)"));

std::string full(const std::string& name) {
  return "transformer(attention=" + name + ")";
}

// Softmax takes (N/1000)² seconds; `seconds` of N what the others do.
Run run_of(const std::map<std::string, double (*)(double)>& others) {
  std::vector<MeasuredCell> cells;
  for (const std::uint64_t N : {250, 500, 1000, 2000, 4000, 8000}) {
    const double n = static_cast<double>(N) / 1000;
    cells.push_back(
        made_cell(kSoftmax, {{"N", N}}, spread(n * n, 0.001), 100 * N));
    for (const auto& [name, seconds] : others) {
      cells.push_back(
          made_cell(full(name), {{"N", N}}, spread(seconds(n), 0.001), 25 * N));
    }
  }
  return made_run("run", cells);
}

Definition definition() {
  Definition definition;
  definition.name = "trial";
  definition.base.N = 1000;
  return definition;
}

const Run& trial() {
  static const Run run = run_of({
      {"early", [](double n) { return 0.75 * n; }},  // meets n² at 0.75
      {"always", [](double n) { return 0.5 * n * n; }},
      {"never", [](double n) { return 2 * n * n; }},
      {"wavering",
       [](double n) { return n == 0.5 || n == 8 ? 0.9 * n * n : 1.1 * n * n; }},
  });
  return run;
}

LeaderboardEntry of(const std::string& name) {
  for (const LeaderboardEntry& entry :
       leaderboard_entries(trial(), definition(), {}, {})) {
    if (entry.contestant == name) return entry;
  }
  ADD_FAILURE() << name << " is missing";
  return {};
}

TEST(LeaderboardEntry, SaysFromWhereAVariantPays) {
  const LeaderboardEntry entry = of(full("early"));
  ASSERT_TRUE(entry.pays_from.has_value());
  EXPECT_NEAR(entry.pays_from->estimate, 750, 5);
  EXPECT_LT(entry.pays_from->low, 750);
  EXPECT_GT(entry.pays_from->high, 750);
  EXPECT_EQ(of(full("always")).pays, "250 or fewer");
  EXPECT_EQ(of(full("never")).pays, "not to 8000");
  EXPECT_EQ(of(full("wavering")).pays, "between 4000 and 8000");
  EXPECT_EQ(of(kSoftmax).pays, "");
}

TEST(LeaderboardEntry, RatiosAreSoftmaxOverItsOwnAtTheLargestSize) {
  const LeaderboardEntry entry = of(full("early"));
  EXPECT_EQ(entry.N, 8000u);
  EXPECT_NEAR(entry.speed->estimate, 64 / 6.0, 0.05);
  EXPECT_NEAR(entry.memory->estimate, 4, 1e-9);
}

TEST(LeaderboardEntry, TheFastestComesFirst) {
  std::vector<std::string> order;
  for (const LeaderboardEntry& each :
       leaderboard_entries(trial(), definition(), {}, {})) {
    order.push_back(each.contestant);
  }
  EXPECT_EQ(order, (std::vector<std::string>{full("early"), full("always"),
                                             full("wavering"), kSoftmax,
                                             full("never")}));
}

TEST(LeaderboardEntry, OneThatWasNotTimedAtTheLargestSizeComesLast) {
  suite::Run run = trial();
  std::erase_if(run.cells, [](const MeasuredCell& cell) {
    return cell.contestant == full("early") && cell.dimensions.at("N") == 8000;
  });
  const auto all = leaderboard_entries(run, definition(), {}, {});
  EXPECT_EQ(all.back().contestant, full("early"));
  EXPECT_EQ(all.back().N, 4000u);
  EXPECT_EQ(leaderboard(run, all).rows.back()[4], "–") << "of another size";
}

TEST(LeaderboardEntry, ErrorsGoToTheirContestant) {
  const std::vector<MeasuredError> errors = {
      {"c", full("early"), "copy", 0.5}, {"c", full("never"), "copy", 0.25}};
  for (const LeaderboardEntry& each :
       leaderboard_entries(trial(), definition(), {}, errors)) {
    EXPECT_EQ(each.errors.size(), each.contestant == full("early") ||
                                          each.contestant == full("never")
                                      ? 1u
                                      : 0u);
  }
}

TEST(LeaderboardEntry, OneMeasuredAtASingleSizeHasNone) {
  suite::Run run = trial();
  std::erase_if(run.cells, [](const MeasuredCell& cell) {
    return cell.contestant == full("early") && cell.dimensions.at("N") != 1000;
  });
  EXPECT_EQ(leaderboard_entries(run, definition(), {}, {}).size(), 4u);
}

TEST(Leaderboard, NamesSoftmaxAttentionByItsForm) {
  LeaderboardEntry entry = of(kSoftmax);
  entry.contestant = "transformer(form=materialised)";
  EXPECT_EQ(leaderboard(trial(), {entry}).rows[0][0], "softmax, materialised");
}

TEST(Leaderboard, NamesVariantsByTheirAttention) {
  const Table table =
      leaderboard(trial(), leaderboard_entries(trial(), definition(), {}, {}));
  ASSERT_EQ(table.rows.size(), 5u);
  EXPECT_EQ(table.rows[0][0], "early");
  EXPECT_EQ(table.rows[3][0], "softmax");
  EXPECT_EQ(table.rows[1][4], "2.0×");
  EXPECT_EQ(table.rows[1][6], "–") << "no errors were measured";
}

}  // namespace
}  // namespace suite
