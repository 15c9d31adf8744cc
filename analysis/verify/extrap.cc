#include "analysis/verify/extrap.h"

#include <nlohmann/json.hpp>
#include <set>

namespace suite {
namespace {

using nlohmann::json;

// Letters that take several values: Extra-P fits parameters that vary.
std::set<std::string> varying(const Run& run) {
  std::map<std::string, std::set<std::uint64_t>> values;
  for (const MeasuredCell& cell : run.cells) {
    for (const auto& [letter, value] : cell.letters) {
      values[letter].insert(value);
    }
  }
  std::set<std::string> letters;
  for (const auto& [letter, taken] : values) {
    if (taken.size() > 1) letters.insert(letter);
  }
  return letters;
}

}  // namespace

std::string extrap_lines(const std::vector<Run>& runs) {
  std::string text;
  for (const Run& run : runs) {
    const std::set<std::string> letters = varying(run);
    for (const MeasuredCell& cell : run.cells) {
      json parameters = json::object();
      for (const std::string& letter : letters) {
        const auto found = cell.letters.find(letter);
        parameters[letter] = found == cell.letters.end() ? 1 : found->second;
      }
      for (const auto& [part, measured] : cell.parts) {
        for (const double seconds : measured.seconds) {
          text += json{{"params", parameters},
                       {"callpath", cell.contestant + "->" + part},
                       {"metric", "seconds"},
                       {"value", seconds}}
                      .dump() +
                  "\n";
        }
      }
    }
  }
  return text;
}

}  // namespace suite
