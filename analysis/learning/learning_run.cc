#include "analysis/learning/learning_run.h"

#include <filesystem>

#include "analysis/runs/run_manifest.h"
#include "support/check.h"
#include "support/formats/packed_file.h"

namespace suite {

bool is_learning_run(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(plain_or_packed(folder + "/curves.csv"),
                                 error);
}

LearningRun read_learning_run(const std::string& folder) {
  LearningRun run;
  run.folder = folder;
  run.curves = read_curves(folder);
  require(!run.curves.empty(), "{}/curves.csv: has no rows", folder);
  const Curve& first = run.curves.front();
  for (const Curve& curve : run.curves) {
    require(curve.run_id == first.run_id,
            "{}/curves.csv: a row of run {}, the first is of {}", folder,
            curve.run_id, first.run_id);
  }
  run.experiment = first.experiment;
  run.run_id = first.run_id;
  run.definition_sha256 = first.definition_sha256;
  run.threads = first.threads;
  const nlohmann::json manifest = read_manifest(folder, run.run_id);
  try {
    run.machine = machine_of(manifest);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}/manifest.json: not a manifest: {}", folder,
                            error.what()));
  }
  return run;
}

}  // namespace suite
