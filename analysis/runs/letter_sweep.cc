#include "analysis/runs/letter_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contract/registry.h"
#include "contract/shape.h"
#include "experiments/definition/definition.h"
#include "support/check.h"

namespace suite {
namespace {

// A cell where C = D may stand in a sweep of D that C follows, or in one where
// C is held.
std::vector<Held> held_by(const MeasuredCell& cell, const std::string& letter) {
  Held held{cell.letters, false, cell.scalar, cell.threads};
  held.letters.erase(letter);
  std::vector<Held> all = {held};
  const auto width = cell.letters.find("C");
  if (letter == "D" && width != cell.letters.end() &&
      width->second == cell.letters.at("D")) {
    held.letters.erase("C");
    held.input_as_wide = true;
    all.push_back(held);
  }
  return all;
}

bool fits(const MeasuredCell& cell, const std::string& letter,
          const Held& held) {
  if (cell.scalar != held.scalar || cell.threads != held.threads) return false;
  for (const auto& [name, value] : cell.letters) {
    if (name == letter) continue;
    if (name == "C" && held.input_as_wide) {
      const auto width = cell.letters.find("D");
      if (width != cell.letters.end() && width->second == value) continue;
      return false;
    }
    const auto found = held.letters.find(name);
    if (found == held.letters.end() || found->second != value) return false;
  }
  return true;
}

// Is `less` what `more` holds, but for letters that it lacks?
bool covers(const Held& more, const Held& less) {
  return more.letters.size() > less.letters.size() &&
         more.input_as_wide == less.input_as_wide &&
         more.scalar == less.scalar && more.threads == less.threads &&
         std::includes(more.letters.begin(), more.letters.end(),
                       less.letters.begin(), less.letters.end());
}

std::set<Held> swept(const Run& run, const std::string& letter) {
  std::map<Held, std::map<std::string, std::set<std::uint64_t>>> values;
  for (const MeasuredCell& cell : run.cells) {
    const auto found = cell.letters.find(letter);
    if (found == cell.letters.end()) continue;
    for (const Held& held : held_by(cell, letter)) {
      values[held][cell.contestant].insert(found->second);
    }
  }
  std::set<Held> all;
  for (const auto& [held, of_contestants] : values) {
    for (const auto& [contestant, each] : of_contestants) {
      if (each.size() >= 2) all.insert(held);
    }
  }
  std::set<Held> widest;
  for (const Held& held : all) {
    if (std::none_of(all.begin(), all.end(),
                     [&](const Held& other) { return covers(other, held); })) {
      widest.insert(held);
    }
  }
  return widest;
}

LetterSweep sweep_of(const Run& run, const std::string& letter,
                     const Held& held,
                     const std::vector<std::string>& contestants) {
  LetterSweep sweep;
  sweep.letter = letter;
  sweep.held = held;
  std::set<std::uint64_t> values;
  for (const MeasuredCell& cell : run.cells) {
    if (!fits(cell, letter, held)) continue;
    const auto value = cell.letters.find(letter);
    if (value == cell.letters.end()) {
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
  const nlohmann::json::json_pointer text("/definition/text");
  if (!run.manifest.is_object() || !run.manifest.contains(text) ||
      !run.manifest.at(text).is_string()) {
    return {};
  }
  std::vector<std::string> names;
  try {
    const Definition definition = parse_definition(
        run.experiment + ".toml", run.manifest.at(text).get<std::string>());
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

std::string Held::text() const {
  std::string text;
  for (const std::string_view name : kLetters) {
    const auto found = letters.find(std::string(name));
    if (name == "C" && input_as_wide) {
      text += "C = D, ";
    } else if (found != letters.end()) {
      text += fmt::format("{} = {}, ", name, found->second);
    }
  }
  if (!text.empty()) text.replace(text.size() - 2, 2, "; ");
  return fmt::format("{}{}, {} thread{}", text, scalar, threads,
                     threads == 1 ? "" : "s");
}

bool LetterSweep::reads(const std::string& contestant) const {
  return cells.count(contestant) > 0;
}

const MeasuredCell* LetterSweep::at(const std::string& contestant,
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
  for (const auto& [name, value] : a.letters) {
    const auto found = b.letters.find(name);
    if (found != b.letters.end() && found->second != value) return false;
  }
  return true;
}

std::vector<LetterSweep> letter_sweeps(const Run& run) {
  const std::vector<std::string> contestants = contestants_of(run);
  std::vector<LetterSweep> sweeps;
  for (const std::string_view name : kLetters) {
    const std::string letter(name);
    for (const Held& held : swept(run, letter)) {
      sweeps.push_back(sweep_of(run, letter, held, contestants));
    }
  }
  return sweeps;
}

}  // namespace suite
