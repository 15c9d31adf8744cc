// The tables as they are printed, from the data in this folder.
#include "analysis/papers/paper_tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "analysis/runs/testing.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr char kAgrees[] = "agrees to the digit";

Paper paper(const std::string& name) {
  return read_paper("analysis/papers/" + name + ".toml");
}

const PaperTable& table_of(const Paper& paper, const std::string& id) {
  for (const PaperTable& table : paper.tables) {
    if (table.id == id) return table;
  }
  throw Error("no table " + id);
}

// {row, figure} → the other fields.
using Lines =
    std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

Lines lines(const Paper& paper, const std::string& id,
            const std::vector<Run>& runs = {}) {
  Paper one = paper;
  one.tables = {table_of(paper, id)};
  const std::vector<Table> tables = paper_tables(one, runs);
  Lines lines;
  for (const auto& row : tables[0].rows) {
    lines[{row[0], row[1]}] = {row.begin() + 2, row.end()};
  }
  return lines;
}

std::string verdict_of(const Lines& lines, const std::string& row,
                       const std::string& figure) {
  const auto found = lines.find({row, figure});
  return found == lines.end() ? "no such line" : found->second[3];
}

TEST(PaperTables, FlopsOfPerceiverTables5And6AgreeToTheDigit) {
  const Paper perceiver = paper("perceiver");
  std::size_t figures = 0;
  for (const char* id : {"table_5", "table_6"}) {
    for (const auto& [line, fields] : lines(perceiver, id)) {
      if (line.second != "FLOPs") continue;
      ++figures;
      EXPECT_EQ(fields[3], kAgrees) << line.first << ": " << fields[1];
    }
  }
  EXPECT_EQ(figures, 3u + 8u);
}

struct Expected {
  const char* paper;
  const char* table;
  const char* row;
  const char* figure;
};

constexpr Expected kExpected[] = {
    {"perceiver", "table_5", "12 cross-attends", "parameters"},
    {"perceiver", "table_6", "1 interleaved", "parameters"},
    {"perceiver", "table_7", "sharing", "parameters"},
    {"perceiver", "table_7", "no sharing", "parameters"},
    {"perceiver_io", "table_1", "BERT Base (ours)", "parameters"},
    {"perceiver_io", "table_1", "BERT (matching FLOPs), bytes", "parameters"},
    {"perceiver_io", "table_1", "BERT (matching FLOPs), bytes", "FLOPs"},
    {"perceiver_io", "table_1", "Perceiver IO Base", "parameters"},
    {"perceiver_io", "table_1", "Perceiver IO, bytes", "parameters"},
    {"perceiver_io", "table_1", "Perceiver IO++, bytes", "FLOPs"},
    {"perceiver_io", "table_7", "Perceiver, Fourier features", "FLOPs"},
    {"perceiver_io", "table_7", "Perceiver IO A, Fourier features",
     "parameters"},
    {"perceiver_io", "table_7", "Perceiver IO A, learned positions",
     "parameters"},
    {"perceiver_io", "table_7", "Perceiver IO A, convolved", "parameters"},
    {"perceiver_io", "table_7", "Perceiver IO B, convolved", "parameters"},
    {"perceiver_io", "table_9", "Transformer", "FLOPs"},
    {"perceiver_io", "table_10", "Perceiver, raw sound", "FLOPs"},
    {"perceiver_io", "table_10", "Perceiver, mel spectrogram", "FLOPs"},
    {"vaswani", "table_1", "self-attention, O(n²·d)", "exponent of N"},
    {"vaswani", "table_1", "self-attention, O(n²·d)", "exponent of D"},
};

TEST(PaperTables, WhatAgreesToTheDigit) {
  for (const Expected& e : kExpected) {
    EXPECT_EQ(verdict_of(lines(paper(e.paper), e.table), e.row, e.figure),
              kAgrees)
        << e.paper << ", " << e.table << ", " << e.row << ", " << e.figure;
  }
}

TEST(PaperTables, WhatIsWithinOnePerCent) {
  const Lines glue = lines(paper("perceiver_io"), "table_1");
  EXPECT_EQ(verdict_of(glue, "Perceiver IO++, bytes", "parameters"),
            "within 1 %");
}

TEST(PaperTables, FlowIsOfASmallerModel) {
  const Lines flow = lines(paper("perceiver_io"), "appendix_h");
  for (const char* figure : {"parameters", "FLOPs"}) {
    const std::string said = verdict_of(flow, "Perceiver IO", figure);
    EXPECT_EQ(said.find("published figure inconsistent: "), 0u) << said;
    EXPECT_NE(said.find("(perceiver_io_flow_16: "), said.npos) << said;
    EXPECT_NE(said.find(kAgrees), said.npos) << said;
  }
}

// A reason is there for a figure that can't be right: each is used, and what is
// said to explain a figure does.
TEST(PaperTables, EveryReasonIsNeeded) {
  for (const std::string& name : paper_names("analysis/papers")) {
    const Paper read = paper(name);
    for (const PaperTable& table : read.tables) {
      for (const PaperRow& row : table.rows) {
        for (const Figure& figure : row.figures) {
          Paper one = read;
          one.tables = {{.id = table.id, .rows = {row}}};
          one.tables[0].rows[0].figures = {figure};
          const std::string said = paper_tables(one, {})[0].rows[0].back();
          const bool inconsistent = said.starts_with("published figure");
          EXPECT_EQ(inconsistent, !figure.inconsistent.empty())
              << name << ", " << table.id << ", " << row.label << ": " << said;
        }
      }
    }
  }
}

TEST(PaperTables, AWrongFigureChangesTheVerdict) {
  Paper perceiver = paper("perceiver");
  PaperRow& row = perceiver.tables[0].rows[0];
  const auto said = [&] {
    return verdict_of(lines(perceiver, "table_5"), row.label, "FLOPs");
  };
  Figure& flops = row.figures[1];
  ASSERT_EQ(flops.of, Quantity::flops);
  EXPECT_EQ(said(), kAgrees);
  flops.printed = "173.2 B";
  EXPECT_EQ(said(), "within 1 %");
  flops.printed = "183.1 B";
  EXPECT_EQ(said(), "differs: unexplained");
  flops.inconsistent = "a misprint";
  EXPECT_EQ(said(), "published figure inconsistent: a misprint");
  flops.explained_by = "perceiver_imagenet";
  EXPECT_EQ(said(), "differs: unexplained");
}

// Two rows of a made table: the second has half the steps.
Paper measured_paper(const char* first, const char* second,
                     const char* quantity) {
  const auto q = static_cast<Quantity>(
      std::find(kQuantityNames.begin(), kQuantityNames.end(), quantity) -
      kQuantityNames.begin());
  const auto row = [&](const char* label, const char* value) {
    return PaperRow{.label = label,
                    .measured = label,
                    .where = {{"N", 64}},
                    .figures = {{.of = q, .printed = value}}};
  };
  PaperTable table{.id = "t", .caption = "c", .experiment = "trial"};
  table.rows = {row("transformer", first), row("perceiver", second)};
  return {"made", "source", {table}};
}

using Runs = std::vector<Run>;  // Run alone is a function of every test

Runs measured_runs() {
  return {made_run("run", {made_cell("transformer", {{"N", 64}}, {4, 4, 5}),
                           made_cell("transformer", {{"N", 32}}, {1}),
                           made_cell("perceiver", {{"N", 64}}, {2, 2, 3}),
                           made_cell("perceiver", {{"N", 64}}, {9}, 1000,
                                     /*threads=*/1)})};
}

TEST(PaperTables, RatiosAreOfOneRunsRows) {
  const Runs runs = measured_runs();
  const auto line = [&](const Paper& paper) {
    return paper_tables(paper, runs)[0].rows[1];
  };
  const auto steps = line(measured_paper("4.0", "8.0", "steps"));
  EXPECT_EQ(steps[2], "8.0 (2.00×)");
  EXPECT_EQ(steps[3], "2.00×");
  EXPECT_EQ(steps[4], "+0.0 %");
  EXPECT_EQ(steps[5], "same order");
  EXPECT_EQ(line(measured_paper("8.0", "4.0", "steps"))[5], "another order");
  const auto time = line(measured_paper("4 ms", "1 ms", "time"));
  EXPECT_EQ(time[3], "0.500×");
  EXPECT_EQ(time[4], "+100.0 %");
  const auto memory = line(measured_paper("4 MB", "4 MB", "memory"));
  EXPECT_EQ(memory[3], "1.00×");
  const auto speedup = line(measured_paper("", "2.5×", "speedup"));
  EXPECT_EQ(speedup[2], "2.5×");
  EXPECT_EQ(speedup[3], "2.00×");
  const auto alone = line(measured_paper("", "", "time"));
  EXPECT_EQ(alone[2], "-");
  EXPECT_EQ(alone[5], "not published");
}

TEST(PaperTables, WhatIsNotMeasuredIsSaid) {
  Paper made = measured_paper("4.0", "8.0", "steps");
  const auto verdict = [&](const Runs& runs) {
    return paper_tables(made, runs)[0].rows[1].back();
  };
  EXPECT_EQ(verdict({}), "not measured");
  Runs other = measured_runs();
  other[0].experiment = "other";
  EXPECT_EQ(verdict(other), "not measured");
  made.tables[0].rows[1].measured.clear();
  EXPECT_EQ(verdict(measured_runs()), "no contestant yet");
  EXPECT_EQ(paper_tables(made, {})[0].rows[0].back(),
            "the others are compared with it");
}

TEST(PaperTables, EveryPaperHasTablesWithUniqueLabels) {
  const std::vector<std::string> names = paper_names("analysis/papers");
  EXPECT_EQ(names,
            (std::vector<std::string>{"linformer", "nystromformer", "perceiver",
                                      "perceiver_io", "vaswani"}));
  for (const std::string& name : names) {
    for (const Table& table : paper_tables(paper(name), {})) {
      EXPECT_FALSE(table.rows.empty()) << table.label;
      EXPECT_EQ(table.label.find("tab:" + name + ":"), 0u);
    }
  }
}

}  // namespace
}  // namespace suite
