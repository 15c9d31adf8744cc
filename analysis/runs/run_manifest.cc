#include "analysis/runs/run_manifest.h"

#include "support/check.h"
#include "support/files.h"

namespace suite {

nlohmann::json read_manifest(const std::string& folder,
                             const std::string& run_id) {
  const std::string path = folder + "/manifest.json";
  try {
    const nlohmann::json manifest = nlohmann::json::parse(read_file(path));
    require(manifest.at("run_id") == run_id,
            "{}: of run {}, the rows beside it are of {}", path,
            manifest.at("run_id").get<std::string>(), run_id);
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: not a manifest: {}", path, error.what()));
  }
}

std::string machine_of(const nlohmann::json& manifest) {
  return fmt::format("{}, {} cores", cpu_of(manifest),
                     manifest.at("machine").at("cores").get<int>());
}

std::string cpu_of(const nlohmann::json& manifest) {
  return manifest.at("machine").at("cpu").get<std::string>();
}

}  // namespace suite
