#include "analysis/runs/run.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/runs/run_manifest.h"
#include "contract/options.h"
#include "contract/shape.h"
#include "experiments/definition/phase.h"
#include "experiments/rows/record.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr char kSimulated[] =
    "simulated rows are no measurement, and not read as one";

// One field of one line, for messages.
struct Field {
  const std::string& path;
  std::size_t line;
  const Record& row;

  const std::string& text(std::string_view column) const { return row[column]; }

  std::uint64_t whole(std::string_view column) const {
    return parsed<std::uint64_t>(column);
  }

  int small(std::string_view column) const { return parsed<int>(column); }

  // Empty where there are none.
  int ranks() const { return text("ranks").empty() ? 0 : small("ranks"); }

  double seconds(std::string_view column) const {
    const auto value = parsed<double>(column);
    require(std::isfinite(value) && value >= 0,
            "{}:{}: {} = {} is not a time in seconds", path, line, column,
            text(column));
    return value;
  }

 private:
  template <class T>
  T parsed(std::string_view column) const {
    const std::string& field = text(column);
    T value{};
    const auto [end, error] =
        std::from_chars(field.data(), field.data() + field.size(), value);
    require(error == std::errc() && end == field.data() + field.size(),
            "{}:{}: {} = \"{}\" is not a number", path, line, column, field);
    return value;
  }
};

MeasuredCell cell_of(const Field& field) {
  MeasuredCell cell;
  cell.id = in_todays_words(field.text("cell_id"));
  cell.contestant = in_todays_words(field.text("contestant"));
  cell.scalar = field.text("scalar");
  cell.attention = field.text("attention");
  cell.plan = field.text("plan");
  cell.phase = field.text("phase");
  require(cell.phase != "simulated", "{}:{}: phase = simulated: {}", field.path,
          field.line, kSimulated);
  cell.contestant = of_phase(cell.contestant, cell.phase);
  cell.threads = field.small("threads");
  cell.ranks = field.ranks();
  for (const std::string_view name : kDimensions) {
    if (!field.text(name).empty()) {
      cell.dimensions[std::string(name)] = field.whole(name);
    }
  }
  return cell;
}

void add_row(MeasuredCell& cell, const Field& field) {
  const std::string& status = field.text("status");
  require(status == "ok" || status == "skipped" || status == "failed",
          "{}:{}: status = \"{}\": allowed are ok, skipped and failed",
          field.path, field.line, status);
  if (cell.status.empty() || status != "ok") {
    cell.status = status;
    cell.reason = field.text("reason");
  }
  if (!field.text("bytes_peak").empty()) {
    cell.bytes_peak = field.whole("bytes_peak");
  }
  if (!field.text("parameters").empty()) {
    cell.parameters = field.whole("parameters");
  }
  if (field.text("part").empty()) return;
  MeasuredPart& part = cell.parts[field.text("part")];
  if (!field.text("macs").empty()) {
    part.macs = field.whole("macs");
    part.logits = field.whole("logits");
    part.flops = field.whole("flops");
    part.bytes_moved = field.whole("bytes_moved");
  }
  if (status == "ok") part.seconds.push_back(field.seconds("seconds"));
}

// A reason may hold line ends; lines are what an editor counts.
std::size_t lines_of(const Record& row) {
  std::size_t lines = 1;
  for (const std::string_view column : kColumns) {
    const std::string& text = row[column];
    lines +=
        static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  return lines;
}

// A repetition's total comes last: without it, the file was cut between lines.
void require_totals(const Run& run, const std::string& path,
                    std::size_t last_line) {
  for (const MeasuredCell& cell : run.cells) {
    const std::size_t totals = cell.seconds("total").size();
    for (const auto& [name, part] : cell.parts) {
      require(part.seconds.size() <= totals,
              "{}:{}: a repetition lacks its total; `--resume {}` completes "
              "the run",
              path, last_line, run.folder);
    }
  }
}

MachineSpeeds speeds_of(const nlohmann::json& calibration) {
  const auto speed = [&](const char* when, const char* what) {
    const auto at = calibration.find(when);
    if (at == calibration.end() || at->is_null()) return 0.0;
    return at->at(what).get<double>();
  };
  const double before = speed("before", "gemm_flops_per_second");
  const double after = speed("after", "gemm_flops_per_second");
  MachineSpeeds speeds{
      .gemm_flops_per_second = std::max(before, after),
      .bytes_per_second = std::max(speed("before", "bytes_per_second"),
                                   speed("after", "bytes_per_second"))};
  if (before > 0 && after > 0) {
    speeds.drift = std::abs(std::log(after / before));
  }
  return speeds;
}

void read_calibration(Run& run, const nlohmann::json& manifest) {
  run.speeds = speeds_of(manifest.at("calibration"));
  const auto several = manifest.find("calibration_by_threads");
  if (several == manifest.end()) return;
  for (const auto& [threads, calibration] : several->items()) {
    run.speeds_by_threads[std::atoi(threads.c_str())] = speeds_of(calibration);
  }
}

void require_one_run(const Run& run, const Field& field) {
  const std::string& run_id = field.text("run_id");
  require(run_id == run.run_id, "{}:{}: a row of run {}, the first is of {}",
          field.path, field.line, run_id, run.run_id);
  const std::string& definition = field.text("definition_sha256");
  require(definition == run.definition_sha256,
          "{}:{}: a row of definition {}, the first is of {}", field.path,
          field.line, definition, run.definition_sha256);
  require(field.ranks() == run.ranks,
          "{}:{}: a row over {} ranks, the first is over {}", field.path,
          field.line, field.ranks(), run.ranks);
}

// What is judged is printed, and written as JSON.
void require_utf8(const std::string& path, const std::string& text) {
  const auto is_utf8 = [](std::string_view part) {
    try {
      nlohmann::json(part).dump();
      return true;
    } catch (const nlohmann::json::type_error&) {
      return false;
    }
  };
  if (is_utf8(text)) return;
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    require(is_utf8(line), "{}:{}: not UTF-8 text", path, number);
  }
}

void read_cells(Run& run, const std::string& path) {
  const std::string text = read_file(path);
  require_utf8(path, text);
  const Records records = parse_records(path, text);
  std::size_t line = 2;
  std::map<std::string, std::size_t> index;
  for (const Record& row : records.rows) {
    const Field field{path, line, row};
    if (index.empty()) {
      run.experiment = field.text("experiment");
      run.run_id = field.text("run_id");
      run.definition_sha256 = field.text("definition_sha256");
      run.ranks = field.ranks();
    }
    require_one_run(run, field);
    const auto [found, is_new] =
        index.emplace(field.text("cell_id"), run.cells.size());
    if (is_new) run.cells.push_back(cell_of(field));
    add_row(run.cells[found->second], field);
    line += lines_of(row);
  }
  require(!records.cut,
          "{}:{}: the last line is cut off; `--resume {}` completes the run",
          path, line, run.folder);
  require(!records.rows.empty(), "{}: has no rows", path);
  require_totals(run, path, line - 1);
}

}  // namespace

std::vector<std::string_view> parts_of(std::string_view part) {
  if (part == "attention") return {"scores", "softmax", "weighted_sum"};
  return {part};
}

std::vector<double> MeasuredCell::seconds(std::string_view part) const {
  std::vector<double> sum;
  for (const std::string_view name : parts_of(part)) {
    const auto found = parts.find(std::string(name));
    if (found == parts.end()) continue;
    const std::vector<double>& each = found->second.seconds;
    if (sum.empty()) sum.assign(each.size(), 0);
    if (each.size() != sum.size()) return {};
    for (std::size_t r = 0; r < sum.size(); ++r) sum[r] += each[r];
  }
  return sum;
}

std::uint64_t MeasuredCell::macs(std::string_view part) const {
  std::uint64_t sum = 0;
  for (const std::string_view name : parts_of(part)) {
    const auto found = parts.find(std::string(name));
    if (found != parts.end()) sum += found->second.macs;
  }
  return sum;
}

std::vector<Run> by_threads(const Run& run) {
  std::map<int, Run> parts;
  for (const MeasuredCell& cell : run.cells) {
    Run& part = parts[cell.threads];
    if (part.cells.empty()) {
      part = run;
      part.cells.clear();
      part.threads = cell.threads;
    }
    part.cells.push_back(cell);
  }
  if (parts.size() < 2) return {run};
  std::vector<Run> all;
  for (auto& [threads, part] : parts) {
    const auto found = run.speeds_by_threads.find(threads);
    part.speeds =
        found == run.speeds_by_threads.end() ? MachineSpeeds() : found->second;
    all.push_back(std::move(part));
  }
  return all;
}

std::vector<Run> by_threads(const std::vector<Run>& runs) {
  std::vector<Run> all;
  for (const Run& run : runs) {
    for (Run& part : by_threads(run)) all.push_back(std::move(part));
  }
  return all;
}

std::string title(const Run& run) {
  std::string title = run.experiment;
  const auto add = [&](int count, const char* what) {
    if (count == 0) return;
    title += fmt::format(", {} {}{}", count, what, count == 1 ? "" : "s");
  };
  add(run.ranks, "rank");
  add(run.threads, "thread");
  return title;
}

Run read_run(const std::string& folder) {
  Run run;
  run.folder = folder;
  read_cells(run, folder + "/cells.csv");
  const nlohmann::json manifest = read_manifest(folder, run.run_id);
  try {
    // Rank 0 sees the cores that it is bound to alone.
    run.machine = run.ranks > 0 ? cpu_of(manifest) : machine_of(manifest);
    read_calibration(run, manifest);
    const nlohmann::json::json_pointer text("/definition/text");
    if (manifest.contains(text) && manifest.at(text).is_string()) {
      run.definition_text =
          in_todays_words(manifest.at(text).get<std::string>());
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}/manifest.json: not a manifest: {}", folder,
                            error.what()));
  }
  return run;
}

std::vector<Run> read_runs(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  require(fs::is_directory(folder, error), "{}: no such folder", folder);
  if (fs::exists(folder + "/cells.csv")) return {read_run(folder)};
  std::vector<std::string> folders;
  std::string simulated;  // a table of such rows
  for (fs::recursive_directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    if (at->path().filename() == "cells.csv") {
      folders.push_back(at->path().parent_path());
    }
    if (at->path().filename() == "simulated.csv") simulated = at->path();
  }
  require(!error, "{}: {}", folder, error.message());
  std::sort(folders.begin(), folders.end());
  require(!folders.empty() || simulated.empty(), "{}: {}", simulated,
          kSimulated);
  require(!folders.empty(), "{}: neither a run nor a folder with runs", folder);
  std::vector<Run> runs;
  for (const std::string& each : folders) runs.push_back(read_run(each));
  return runs;
}

}  // namespace suite
