#include "analysis/runs/dimension_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/runs/run_definition.h"
#include "contract/registry.h"
#include "contract/shape.h"
#include "experiments/definition/definition.h"
#include "support/check.h"

namespace suite {
namespace {

// A cell where C = D may stand in a sweep of D that C follows, or in one where
// C is fixed.
std::vector<FixedDimensions> fixed_by(const MeasuredCell& cell,
                                      const std::string& dimension) {
  FixedDimensions fixed{cell.dimensions, false, cell.scalar, cell.threads};
  fixed.dimensions.erase(dimension);
  std::vector<FixedDimensions> all = {fixed};
  const auto width = cell.dimensions.find("C");
  if (dimension == "D" && width != cell.dimensions.end() &&
      width->second == cell.dimensions.at("D")) {
    fixed.dimensions.erase("C");
    fixed.input_as_wide = true;
    all.push_back(fixed);
  }
  return all;
}

bool fits(const MeasuredCell& cell, const std::string& dimension,
          const FixedDimensions& fixed) {
  if (cell.scalar != fixed.scalar || cell.threads != fixed.threads) {
    return false;
  }
  for (const auto& [name, value] : cell.dimensions) {
    if (name == dimension) continue;
    if (name == "C" && fixed.input_as_wide) {
      const auto width = cell.dimensions.find("D");
      if (width != cell.dimensions.end() && width->second == value) continue;
      return false;
    }
    const auto found = fixed.dimensions.find(name);
    if (found == fixed.dimensions.end() || found->second != value) return false;
  }
  return true;
}

// Does `less` fix what `more` does, but for dimensions that it lacks?
bool covers(const FixedDimensions& more, const FixedDimensions& less) {
  return more.dimensions.size() > less.dimensions.size() &&
         more.input_as_wide == less.input_as_wide &&
         more.scalar == less.scalar && more.threads == less.threads &&
         std::includes(more.dimensions.begin(), more.dimensions.end(),
                       less.dimensions.begin(), less.dimensions.end());
}

std::set<FixedDimensions> swept(const Run& run, const std::string& dimension) {
  std::map<FixedDimensions, std::map<std::string, std::set<std::uint64_t>>>
      values;
  for (const MeasuredCell& cell : run.cells) {
    const auto found = cell.dimensions.find(dimension);
    if (found == cell.dimensions.end()) continue;
    for (const FixedDimensions& fixed : fixed_by(cell, dimension)) {
      values[fixed][cell.contestant].insert(found->second);
    }
  }
  std::set<FixedDimensions> all;
  for (const auto& [fixed, of_contestants] : values) {
    for (const auto& [contestant, each] : of_contestants) {
      if (each.size() >= 2) all.insert(fixed);
    }
  }
  std::set<FixedDimensions> widest;
  for (const FixedDimensions& fixed : all) {
    const auto is_wider = [&](const FixedDimensions& other) {
      return covers(other, fixed);
    };
    if (std::none_of(all.begin(), all.end(), is_wider)) {
      widest.insert(fixed);
    }
  }
  return widest;
}

DimensionSweep sweep_of(const Run& run, const std::string& dimension,
                        const FixedDimensions& fixed,
                        const std::vector<std::string>& contestants) {
  DimensionSweep sweep;
  sweep.dimension = dimension;
  sweep.fixed = fixed;
  std::set<std::uint64_t> values;
  for (const MeasuredCell& cell : run.cells) {
    if (!fits(cell, dimension, fixed)) continue;
    const auto value = cell.dimensions.find(dimension);
    if (value == cell.dimensions.end()) {
      sweep.everywhere[cell.contestant] = &cell;
    } else {
      sweep.cells[cell.contestant][value->second] = &cell;
      values.insert(value->second);
    }
  }
  sweep.values.assign(values.begin(), values.end());
  for (const std::string& contestant : contestants) {
    if (sweep.cells.count(contestant) || sweep.everywhere.count(contestant)) {
      sweep.contestants.push_back(contestant);
    }
  }
  return sweep;
}

// Names, in the order in which the definition lists them; none if the manifest
// keeps no definition that this build reads.
std::vector<std::string> defined_order(const Run& run) {
  if (run.definition_text.empty()) return {};
  std::vector<std::string> names;
  try {
    const Definition definition = definition_of(run);
    std::vector<std::string> given = definition.contestants;
    for (const Sweep& sweep : definition.sweeps) {
      given.insert(given.end(), sweep.contestants.begin(),
                   sweep.contestants.end());
    }
    for (const std::string& each : given) {
      names.push_back(find_contestant(each).name());
    }
  } catch (const Error&) {
    names.clear();
  }
  return names;
}

}  // namespace

std::string FixedDimensions::text() const {
  std::string text;
  for (const std::string_view name : kDimensions) {
    const auto found = dimensions.find(std::string(name));
    if (name == "C" && input_as_wide) {
      text += "C = D, ";
    } else if (found != dimensions.end()) {
      text += fmt::format("{} = {}, ", name, found->second);
    }
  }
  if (!text.empty()) text.replace(text.size() - 2, 2, "; ");
  return fmt::format("{}{}, {} thread{}", text, scalar, threads,
                     threads == 1 ? "" : "s");
}

bool DimensionSweep::reads(const std::string& contestant) const {
  return cells.count(contestant) > 0;
}

const MeasuredCell* DimensionSweep::at(const std::string& contestant,
                                       std::uint64_t value) const {
  const auto one = everywhere.find(contestant);
  if (one != everywhere.end()) return one->second;
  const auto several = cells.find(contestant);
  if (several == cells.end()) return nullptr;
  const auto found = several->second.find(value);
  return found == several->second.end() ? nullptr : found->second;
}

std::vector<std::string> contestants_of(const Run& run) {
  const std::vector<std::string> order = defined_order(run);
  const auto place = [&](const std::string& name) {
    return std::find(order.begin(), order.end(), name) - order.begin();
  };
  std::set<std::pair<std::ptrdiff_t, std::string>> labels;
  for (const MeasuredCell& cell : run.cells) {
    labels.emplace(place(cell.contestant), cell.contestant);
  }
  std::vector<std::string> sorted;
  for (const auto& [at, label] : labels) sorted.push_back(label);
  return sorted;
}

bool same_shape(const MeasuredCell& a, const MeasuredCell& b) {
  if (a.scalar != b.scalar || a.threads != b.threads) return false;
  for (const auto& [name, value] : a.dimensions) {
    const auto found = b.dimensions.find(name);
    if (found != b.dimensions.end() && found->second != value) return false;
  }
  return true;
}

std::vector<DimensionSweep> dimension_sweeps(const Run& run) {
  const std::vector<std::string> contestants = contestants_of(run);
  std::vector<DimensionSweep> sweeps;
  for (const std::string_view name : kDimensions) {
    const std::string dimension(name);
    for (const FixedDimensions& fixed : swept(run, dimension)) {
      sweeps.push_back(sweep_of(run, dimension, fixed, contestants));
    }
  }
  return sweeps;
}

}  // namespace suite
