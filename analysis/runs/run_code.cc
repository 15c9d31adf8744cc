#include "analysis/runs/run_code.h"

#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "support/check.h"
#include "support/files.h"

namespace suite {

nlohmann::json code_of_run(const std::string& folder) {
  const std::string path = folder + "/manifest.json";
  if (!std::filesystem::exists(path)) return nullptr;
  try {
    const auto manifest = nlohmann::json::parse(read_file(path));
    const auto build = manifest.value("build", nlohmann::json::object());
    const auto code = build.value("code", nlohmann::json());
    require(code.is_null() || code.is_object(),
            "{}: build.code must be hashes by floor", path);
    return code;
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: not a manifest: {}", path, error.what()));
  }
}

std::string code_changes(const nlohmann::json& a, const nlohmann::json& b) {
  std::set<std::string> changed;
  for (const auto* side : {&a, &b}) {
    for (const auto& [floor, hash] : side->items()) {
      if (a.value(floor, nlohmann::json()) != b.value(floor, nlohmann::json()))
        changed.insert(floor);
    }
  }
  return fmt::format("{}", fmt::join(changed, ", "));
}

std::vector<std::string> code_notes(
    const std::vector<std::pair<std::string, std::string>>& runs,
    const nlohmann::json& today) {
  std::map<std::string, std::vector<std::string>> titles;
  for (const auto& [title, folder] : runs) {
    const nlohmann::json code = code_of_run(folder);
    const std::string changed = code.is_null() ? "" : code_changes(code, today);
    if (code.is_null()) {
      titles["of which code it was is not recorded"].push_back(title);
    } else if (!changed.empty()) {
      titles["older than the code that it measures; changed since: " + changed]
          .push_back(title);
    }
  }
  std::vector<std::string> notes;
  for (const auto& [what, of] : titles) {
    notes.push_back(fmt::format("{}: {}", fmt::join(of, ", "), what));
  }
  return notes;
}

}  // namespace suite
