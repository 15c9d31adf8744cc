#include "analysis/verify/extrap.h"

#include <fmt/core.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

namespace suite {
namespace {

using nlohmann::json;

// Dimensions that take several values within a contestant: Extra-P fits these.
std::set<std::string> varying(const Run& run, const std::string& contestant) {
  std::map<std::string, std::set<std::uint64_t>> values;
  for (const MeasuredCell& cell : run.cells) {
    if (cell.contestant != contestant || !cell.timed()) continue;
    for (const auto& [dimension, value] : cell.dimensions) {
      values[dimension].insert(value);
    }
  }
  std::set<std::string> dimensions;
  for (const auto& [dimension, taken] : values) {
    if (taken.size() > 1) dimensions.insert(dimension);
  }
  return dimensions;
}

std::string file_name(const Run& run, const std::string& contestant) {
  std::string name = run.experiment + "." + contestant;
  if (run.ranks > 0) name += fmt::format(".ranks_{}", run.ranks);
  if (run.threads > 0) name += fmt::format(".threads_{}", run.threads);
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '_';
  }
  return name + ".jsonl";
}

std::string lines_of(const MeasuredCell& cell,
                     const std::set<std::string>& dimensions) {
  json parameters = json::object();
  for (const std::string& dimension : dimensions) {
    parameters[dimension] = cell.dimensions.at(dimension);
  }
  std::string text;
  for (const auto& [part, measured] : cell.parts) {
    for (const double seconds : measured.seconds) {
      if (seconds <= 0) continue;  // timed within another part
      const json line = {{"params", parameters},
                         {"callpath", part},
                         {"metric", "seconds"},
                         {"value", seconds}};
      text += line.dump() + "\n";
    }
  }
  return text;
}

}  // namespace

std::map<std::string, std::string> extrap_files(const Run& run) {
  std::map<std::string, std::string> files;
  for (const MeasuredCell& cell : run.cells) {
    if (!cell.timed()) continue;
    const std::set<std::string> dimensions = varying(run, cell.contestant);
    if (dimensions.empty()) continue;
    files[file_name(run, cell.contestant)] += lines_of(cell, dimensions);
  }
  return files;
}

}  // namespace suite
