// Is a run of the code that is measured today?
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace suite {

// FOLDER/manifest.json's hashes of what the run measured; null of an older
// program's, or where there is none. Throws Error, naming the file, if it is no
// manifest.
nlohmann::json code_of_run(const std::string& folder);

// What differs of two such: "primitives, flags"; empty if they are the same.
std::string code_changes(const nlohmann::json& a, const nlohmann::json& b);

// What a reader must know of runs that are not of today's code, or don't say: a
// line for all of whom the same is true. `runs`: title and folder of each.
std::vector<std::string> code_notes(
    const std::vector<std::pair<std::string, std::string>>& runs,
    const nlohmann::json& today);

}  // namespace suite
