// What of a manifest any kind of run needs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace suite {

// FOLDER/manifest.json, beside rows of that run. Throws Error, naming the file,
// if it is missing, no manifest or of another run.
nlohmann::json read_manifest(const std::string& folder,
                             const std::string& run_id);

// What a machine is, so far as numbers depend on it: "AMD EPYC, 2 cores".
std::string machine_of(const nlohmann::json& manifest);
std::string cpu_of(const nlohmann::json& manifest);  // "AMD EPYC"

}  // namespace suite
