#include "analysis/runs/run.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/runs/testing.h"
#include "support/check.h"

namespace suite {
namespace {

Record with(Record row, const std::string& column, const std::string& text) {
  row[column] = text;
  return row;
}

std::vector<Record> repetition(int number, const std::string& seconds) {
  std::vector<Record> rows;
  for (const char* part : {"scores", "softmax", "weighted_sum", "total"}) {
    Record row = with(made_row(part), "repetition", std::to_string(number));
    rows.push_back(with(row, "seconds", seconds));
  }
  rows.back()["bytes_peak"] = "4096";
  rows.back()["parameters"] = "33";
  return rows;
}

// What reading says, with the folder's name taken out.
std::string refusal(const std::string& cells,
                    const std::string& manifest = made_manifest()) {
  const std::string folder = made_folder("refused", cells, manifest);
  std::string said;
  try {
    read_run(folder);
  } catch (const Error& error) {
    said = error.what();
  }
  for (std::size_t at; (at = said.find(folder)) != std::string::npos;) {
    said.replace(at, folder.size(), "RUN");
  }
  EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  return said;
}

std::string refusal(const Record& second) {
  return refusal(made_table({made_row(), second}));
}

TEST(ReadRun, SumsPartsThatWereMeasuredTogether) {
  std::vector<Record> rows = repetition(0, "0.25");
  for (const Record& row : repetition(1, "0.5")) rows.push_back(row);
  const suite::Run run =
      read_run(made_folder("sums", made_table(rows), made_manifest()));
  ASSERT_EQ(run.cells.size(), 1u);
  const MeasuredCell& cell = run.cells[0];
  EXPECT_TRUE(cell.timed());
  EXPECT_EQ(cell.seconds("scores"), (std::vector<double>{0.25, 0.5}));
  EXPECT_EQ(cell.seconds("attention"), (std::vector<double>{0.75, 1.5}));
  EXPECT_EQ(cell.macs("scores"), 7u);
  EXPECT_EQ(cell.macs("attention"), 21u);
  EXPECT_EQ(cell.macs("mlp"), 0u) << "it has none";
  EXPECT_TRUE(cell.seconds("mlp").empty());
}

TEST(ReadRun, DoesNotSumPartsOfDifferentRepetitions) {
  std::vector<Record> rows = repetition(0, "0.25");
  std::vector<Record> more = repetition(1, "0.5");
  more.erase(more.begin());
  rows.insert(rows.end(), more.begin(), more.end());
  const suite::Run run =
      read_run(made_folder("uneven", made_table(rows), made_manifest()));
  EXPECT_TRUE(run.cells[0].seconds("attention").empty());
  EXPECT_EQ(run.cells[0].seconds("total").size(), 2u);
}

TEST(ReadRun, KeepsWhatACellIs) {
  const suite::Run run = read_run(
      made_folder("whole", made_table(repetition(0, "0.25")), made_manifest()));
  EXPECT_EQ(run.experiment, "trial");
  EXPECT_EQ(run.run_id, "run");
  EXPECT_EQ(run.machine, "made, 2 cores");
  EXPECT_EQ(run.speeds.gemm_flops_per_second, 2e9) << "the faster of the two";
  EXPECT_EQ(run.speeds.bytes_per_second, 2e8);
  EXPECT_DOUBLE_EQ(run.speeds.drift, std::log(2));
  const MeasuredCell& cell = run.cells[0];
  EXPECT_EQ(cell.contestant, "perceiver");
  EXPECT_EQ(cell.dimensions, (Dimensions{{"N", 64}}))
      << "an empty letter isn't read";
  EXPECT_EQ(cell.threads, 2);
  EXPECT_EQ(cell.status, "ok");
  EXPECT_EQ(cell.bytes_peak, 4096u);
  EXPECT_EQ(cell.parameters, 33u);
  EXPECT_EQ(cell.parts.at("total").flops, 20u);
}

TEST(ReadRun, KeepsWhyACellWasNotTimed) {
  Record skipped = with(made_row(), "status", "skipped");
  skipped["seconds"] = "";
  skipped["reason"] = "would hold 9 GB, \"too much\"";
  const suite::Run run =
      read_run(made_folder("skipped", made_table({skipped}), made_manifest()));
  EXPECT_FALSE(run.cells[0].timed());
  EXPECT_EQ(run.cells[0].status, "skipped");
  EXPECT_EQ(run.cells[0].reason, "would hold 9 GB, \"too much\"");
  EXPECT_EQ(run.cells[0].macs("total"), 7u) << "predicted";
}

TEST(ReadRun, ASkippedRestOutlivesTheRepetitionsThatWereMade) {
  Record skipped = with(made_row(), "status", "skipped");
  skipped["seconds"] = "";
  std::vector<Record> rows = {skipped};
  for (const Record& row : repetition(0, "0.25")) rows.push_back(row);
  const suite::Run run =
      read_run(made_folder("partly", made_table(rows), made_manifest()));
  EXPECT_TRUE(run.cells[0].timed());
  EXPECT_EQ(run.cells[0].status, "skipped");
}

TEST(ReadRun, TakesOldWordsForTodays) {
  const std::string old = "bare_perceiver(attention=materialised)";
  Record row = with(made_row(), "contestant", old);
  row["cell_id"] = old + "/N=64";
  row["attention"] = "materialised";
  nlohmann::json manifest = nlohmann::json::parse(made_manifest());
  manifest["definition"]["text"] = "contestants = [\"" + old + "\"]\n";
  const suite::Run run =
      read_run(made_folder("old", made_table({row}), manifest.dump()));
  EXPECT_EQ(run.cells[0].contestant, "bare_perceiver(form=materialised)");
  EXPECT_EQ(run.cells[0].id, "bare_perceiver(form=materialised)/N=64");
  EXPECT_EQ(run.cells[0].attention, "materialised");
  EXPECT_EQ(run.definition_text,
            "contestants = [\"bare_perceiver(form=materialised)\"]\n");
}

TEST(ReadRun, RefusesAnotherTableWithFileAndLine) {
  EXPECT_EQ(refusal(with(made_row(), "schema", "9")),
            "RUN/cells.csv:3: schema 9, this build reads 1");
  std::string header = header_line();
  header.replace(header.find("macs,"), 5, "");
  EXPECT_EQ(refusal(header + made_row().line()),
            "RUN/cells.csv:1: not the header of cells.csv of schema 1");
  EXPECT_EQ(refusal(made_row().line()),
            "RUN/cells.csv:1: not the header of cells.csv of schema 1");
  EXPECT_EQ(refusal(header_line()), "RUN/cells.csv: has no rows");
  EXPECT_EQ(refusal(made_table({made_row()}) + "1,2\n"),
            "RUN/cells.csv:3: 2 fields, there must be 33");
}

TEST(ReadRun, RefusesWhatIsNoTime) {
  for (const char* text : {"nan", "inf", "-0.5"}) {
    EXPECT_EQ(refusal(with(made_row(), "seconds", text)),
              fmt::format("RUN/cells.csv:3: seconds = {} is not a time in "
                          "seconds",
                          text));
  }
  for (const char* text : {"fast", "", "0.5s", "0,5"}) {
    EXPECT_EQ(
        refusal(with(made_row(), "seconds", text)),
        fmt::format("RUN/cells.csv:3: seconds = \"{}\" is not a number", text));
  }
}

TEST(ReadRun, RefusesWhatIsNoCount) {
  for (const char* column : {"macs", "bytes_moved", "parameters"}) {
    for (const char* text : {"-1", "many", "1.5", "99999999999999999999"}) {
      EXPECT_EQ(refusal(with(made_row(), column, text)),
                fmt::format("RUN/cells.csv:3: {} = \"{}\" is not a number",
                            column, text));
    }
  }
  // Dimensions and threads are read once a cell.
  for (const char* column : {"N", "threads"}) {
    Record other = with(made_row(), "cell_id", "another");
    EXPECT_EQ(
        refusal(with(other, column, "x")),
        fmt::format("RUN/cells.csv:3: {} = \"x\" is not a number", column));
  }
  Record other = with(made_row(), "cell_id", "another");
  EXPECT_EQ(refusal(with(other, "threads", "99999999999")),
            "RUN/cells.csv:3: threads = \"99999999999\" is not a number");
}

TEST(ReadRun, RefusesAnUnknownStatus) {
  EXPECT_EQ(refusal(with(made_row(), "status", "fine")),
            "RUN/cells.csv:3: status = \"fine\": allowed are ok, skipped and "
            "failed");
}

TEST(ReadRun, RefusesWhatWasSimulated) {
  EXPECT_EQ(
      refusal(with(with(made_row(), "cell_id", "other"), "phase", "simulated")),
      "RUN/cells.csv:3: phase = simulated: simulated rows are no "
      "measurement, and not read as one");
  const std::string folder = made_folder("simulated", "", "");
  replace_file(folder + "/simulated.csv", "schema\n");
  try {
    read_runs(folder);
    FAIL() << "simulated rows were read";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), folder +
                                "/simulated.csv: simulated rows are no "
                                "measurement, and not read as one");
  }
}

TEST(ReadRun, RefusesBytesThatAreNoText) {
  EXPECT_EQ(refusal(with(made_row(), "plan", "\xff")),
            "RUN/cells.csv:3: not UTF-8 text");
}

TEST(ReadRun, RefusesRowsOfTwoRuns) {
  EXPECT_EQ(refusal(with(made_row(), "run_id", "other")),
            "RUN/cells.csv:3: a row of run other, the first is of run");
  EXPECT_EQ(refusal(with(made_row(), "definition_sha256", "e")),
            "RUN/cells.csv:3: a row of definition e, the first is of d");
}

TEST(ReadRun, CountsLinesThroughQuotedOnes) {
  Record skipped = with(made_row(), "status", "skipped");
  skipped["reason"] = "said\ntwo\nthings";
  EXPECT_EQ(refusal(made_table({skipped, with(made_row(), "seconds", "nan")})),
            "RUN/cells.csv:5: seconds = nan is not a time in seconds");
}

TEST(ReadRun, RefusesATruncatedTable) {
  const std::string whole = made_table({made_row(), made_row()});
  const std::string said =
      "RUN/cells.csv:3: the last line is cut off; `--resume RUN` completes "
      "the run";
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 1)), said);
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 30)), said);
  // Cut between two lines: a repetition without its total.
  std::vector<Record> rows = repetition(0, "0.25");
  const std::vector<Record> more = repetition(1, "0.5");
  rows.insert(rows.end(), more.begin(), more.begin() + 2);
  EXPECT_EQ(refusal(made_table(rows)),
            "RUN/cells.csv:7: a repetition lacks its total; `--resume RUN` "
            "completes the run");
}

TEST(ReadRun, RefusesAnotherManifest) {
  const std::string cells = made_table({made_row()});
  EXPECT_EQ(refusal(cells, made_manifest("other")),
            "RUN/manifest.json: of run other, the rows beside it are of run");
  const auto begins = [&](const std::string& manifest) {
    return refusal(cells, manifest)
               .rfind("RUN/manifest.json: not a manifest", 0) == 0;
  };
  EXPECT_TRUE(begins("{")) << refusal(cells, "{");
  EXPECT_TRUE(begins("[1, 2]")) << refusal(cells, "[1, 2]");
  EXPECT_TRUE(begins("{\"run_id\": \"run\"}"));
  EXPECT_TRUE(begins("{\"run_id\": 5}")) << refusal(cells, "{\"run_id\": 5}");
  EXPECT_NE(refusal(cells, "").find("RUN/manifest.json"), std::string::npos);
}

TEST(ReadRun, AnUncalibratedRunHasNoSpeed) {
  nlohmann::json manifest = nlohmann::json::parse(made_manifest());
  manifest["calibration"]["after"] = nullptr;
  const std::string cells = made_table({made_row()});
  suite::Run run = read_run(made_folder("once", cells, manifest.dump()));
  EXPECT_EQ(run.speeds.gemm_flops_per_second, 2e9);
  EXPECT_EQ(run.speeds.drift, 0);
  manifest["calibration"]["before"] = nullptr;
  run = read_run(made_folder("never", cells, manifest.dump()));
  EXPECT_EQ(run.speeds.gemm_flops_per_second, 0);
}

TEST(ByThreads, ARunOfSeveralCountsIsSeveral) {
  Record one = made_row(), two = made_row();
  one["cell_id"] = "perceiver/N=64/float/threads=1";
  one["threads"] = "1";
  nlohmann::json manifest = nlohmann::json::parse(made_manifest());
  nlohmann::json slower = manifest["calibration"];
  slower["after"]["gemm_flops_per_second"] = 3e9;
  manifest["calibration_by_threads"] = {{"1", slower},
                                        {"2", manifest["calibration"]}};
  const suite::Run whole =
      read_run(made_folder("several", made_table({two, one}), manifest.dump()));
  const std::vector<suite::Run> parts = by_threads(whole);
  ASSERT_EQ(parts.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(parts[i].threads, i + 1);
    ASSERT_EQ(parts[i].cells.size(), 1u);
    EXPECT_EQ(parts[i].cells[0].threads, i + 1);
    EXPECT_EQ(parts[i].run_id, "run");
    EXPECT_EQ(parts[i].folder, whole.folder);
  }
  EXPECT_EQ(parts[0].speeds.gemm_flops_per_second, 3e9);
  EXPECT_DOUBLE_EQ(parts[0].speeds.drift, std::log(1.5));
  EXPECT_EQ(parts[1].speeds.gemm_flops_per_second, 2e9);
  EXPECT_EQ(title(parts[0]), "trial, 1 thread");
  EXPECT_EQ(title(parts[1]), "trial, 2 threads");
}

TEST(ReadRun, OverRanksIsNotThePlainProgram) {
  Record row = made_row();
  row["ranks"] = "4";
  const suite::Run run =
      read_run(made_folder("ranks", made_table({row}), made_manifest()));
  EXPECT_EQ(run.ranks, 4);
  EXPECT_EQ(run.cells[0].ranks, 4);
  EXPECT_EQ(run.machine, "made");
  EXPECT_EQ(title(run), "trial, 4 ranks");
  EXPECT_EQ(refusal(made_table({row, made_row()}), made_manifest()),
            "RUN/cells.csv:3: a row over 0 ranks, the first is over 4");
  row["ranks"] = "four";
  EXPECT_EQ(refusal(made_table({row}), made_manifest()),
            "RUN/cells.csv:2: ranks = \"four\" is not a number");
}

TEST(ByThreads, ARunOfOneCountStaysItself) {
  const suite::Run run = read_run(
      made_folder("single", made_table({made_row()}), made_manifest()));
  const std::vector<suite::Run> parts = by_threads(run);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].threads, 0);
  EXPECT_EQ(parts[0].speeds.gemm_flops_per_second, 2e9);
  EXPECT_EQ(title(parts[0]), "trial");
}

TEST(ReadRuns, FindsRunsAtAnyDepthByPath) {
  const std::string folder = made_folder("many", "", "");
  for (const char* each : {"/b/second", "/a/first"}) {
    make_folder(folder + each);
    replace_file(folder + each + "/cells.csv", made_table({made_row()}));
    replace_file(folder + each + "/manifest.json", made_manifest());
  }
  const std::vector<suite::Run> runs = read_runs(folder);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].folder, folder + "/a/first");
  EXPECT_EQ(runs[1].folder, folder + "/b/second");
  EXPECT_EQ(read_runs(folder + "/a/first").size(), 1u);
}

TEST(ReadRuns, RefusesAFolderWithoutRuns) {
  const auto said = [](const std::string& folder) -> std::string {
    try {
      read_runs(folder);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const std::string folder = made_folder("empty", "", "");
  EXPECT_EQ(said(folder), folder + ": neither a run nor a folder with runs");
  EXPECT_EQ(said(folder + "/none"), folder + "/none: no such folder");
  const std::string too_long(5000, 'x');
  EXPECT_EQ(said(too_long), too_long + ": no such folder");
}

}  // namespace
}  // namespace suite
