// Runs made by hand, for tests: in memory, and as folders.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/runs/run.h"
#include "contract/shape.h"
#include "experiments/rows/record.h"
#include "support/files.h"

namespace suite {

using Dimensions = std::map<std::string, std::uint64_t>;

// The name that an experiment would give it.
inline std::string made_id(const MeasuredCell& cell) {
  std::string id = cell.contestant;
  for (const std::string_view name : kDimensions) {
    const auto found = cell.dimensions.find(std::string(name));
    if (found != cell.dimensions.end()) {
      id += fmt::format("/{}={}", name, found->second);
    }
  }
  return id + fmt::format("/{}/threads={}", cell.scalar, cell.threads);
}

// Timed at `seconds`, one a repetition; with none, a cell that was skipped.
inline MeasuredCell made_cell(const std::string& contestant,
                              const Dimensions& dimensions,
                              const std::vector<double>& seconds,
                              std::uint64_t macs = 1000, int threads = 2) {
  MeasuredCell cell;
  cell.contestant = contestant;
  cell.dimensions = dimensions;
  cell.scalar = "float";
  cell.plan = "as_written";
  cell.phase = "forward";
  cell.threads = threads;
  cell.id = made_id(cell);
  cell.status = seconds.empty() ? "skipped" : "ok";
  cell.reason = seconds.empty() ? "too large" : "";
  cell.parts["total"] = {seconds, macs, 0, 2 * macs, 0};
  cell.bytes_peak = 2 * macs;
  cell.parameters = 10;
  return cell;
}

inline Run made_run(const std::string& run_id,
                    const std::vector<MeasuredCell>& cells,
                    const std::string& machine = "made, 2 cores") {
  Run run;
  run.experiment = "trial";
  run.run_id = run_id;
  run.machine = machine;
  run.cells = cells;
  run.speeds.gemm_flops_per_second = 1e9;
  return run;
}

// Five repetitions whose geometric mean is `seconds`, spread by `deviation`.
inline std::vector<double> spread(double seconds, double deviation) {
  std::vector<double> values;
  for (const double z : {-1.0, 1.0, 0.0, 1.0, -1.0}) {
    values.push_back(seconds * std::exp(z * deviation));
  }
  return values;
}

// A row of a run that is whole: a test changes what it asks about.
inline Record made_row(const std::string& part = "total") {
  Record row;
  for (const auto& [column, text] :
       std::initializer_list<std::pair<const char*, const char*>>{
           {"schema", "1"},
           {"experiment", "trial"},
           {"definition_sha256", "d"},
           {"run_id", "run"},
           {"cell_id", "perceiver/N=64/float/threads=2"},
           {"contestant", "perceiver"},
           {"phase", "forward"},
           {"N", "64"},
           {"threads", "2"},
           {"scalar", "float"},
           {"plan", "as_written"},
           {"repetition", "0"},
           {"seconds", "0.5"},
           {"macs", "7"},
           {"logits", "2"},
           {"flops", "20"},
           {"bytes_moved", "80"},
           {"status", "ok"}}) {
    row[column] = text;
  }
  row["part"] = part;
  return row;
}

inline std::string made_manifest(const std::string& run_id = "run",
                                 double before = 2e9, double after = 1e9) {
  const auto speeds = [](double flops) {
    return nlohmann::json{{"gemm_flops_per_second", flops},
                          {"bytes_per_second", flops / 10}};
  };
  return nlohmann::json{
      {"run_id", run_id},
      {"machine", {{"cpu", "made"}, {"cores", 2}}},
      {"calibration", {{"before", speeds(before)}, {"after", speeds(after)}}}}
      .dump();
}

inline std::string made_table(const std::vector<Record>& rows) {
  std::string text = header_line();
  for (const Record& row : rows) text += row.line();
  return text;
}

// A new folder of the test's, with these two files; no file for an empty text.
inline std::string made_folder(const std::string& name,
                               const std::string& cells,
                               const std::string& manifest) {
  const std::string folder = testing::TempDir() + name;
  std::filesystem::remove_all(folder);
  make_folder(folder);
  if (!cells.empty()) replace_file(folder + "/cells.csv", cells);
  if (!manifest.empty()) replace_file(folder + "/manifest.json", manifest);
  return folder;
}

}  // namespace suite
