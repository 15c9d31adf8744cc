#include "experiments/rows/manifest.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <utility>

#include "experiments/machine/machine.h"
#include "experiments/rows/record.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr double kDriftWorthSaying = 0.10;
constexpr double kMoveWorthSaying =
    1.0;  // cores stand elsewhere, not restlessly

std::string utc_now(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm utc;
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, format, &utc);
  return text;
}

std::string file_in(const std::string& folder) {
  return folder + "/manifest.json";
}

nlohmann::json contestants_by_sweep(const Definition& definition) {
  nlohmann::json sweeps = nlohmann::json::array();
  for (const Sweep& sweep : definition.sweeps) {
    sweeps.push_back(sweep.contestants.empty() ? definition.contestants
                                               : sweep.contestants);
  }
  return sweeps;
}

nlohmann::json settings(const Definition& d,
                        const std::vector<int>& thread_counts) {
  const nlohmann::json one = thread_counts.front(), all = thread_counts;
  return {{"threads", thread_counts.size() == 1 ? one : all},
          {"repetitions", d.repetitions},
          {"seed", d.seed},
          {"scalar", d.scalar}};
}

// A resumed run keeps the first "before".
void note(nlohmann::json& calibration, const std::string& when,
          const Calibration& now) {
  if (when == "before" && !calibration[when].is_null()) return;
  calibration[when] = {
      {"gemm_flops_per_second", now.gemm_flops_per_second},
      {"bytes_per_second", now.bytes_per_second},
      {"fma_flops_per_second", now.fma_flops_per_second},
      {"core_round_trip_seconds", now.core_round_trip_seconds}};
}

nlohmann::json load(const std::string& folder) {
  const std::string path = file_in(folder);
  try {
    return nlohmann::json::parse(read_file(path));
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{} is not a manifest", path));
  }
}

// File names need not be UTF-8, JSON must: other bytes are written as "\xff".
std::string printable(const std::string& word) {
  try {
    nlohmann::json(word).dump();
    return word;
  } catch (const nlohmann::json::type_error&) {
    std::string text;
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      text += byte < 0x80 ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
    }
    return text;
  }
}

std::vector<std::string> printable(std::vector<std::string> words) {
  for (std::string& word : words) word = printable(word);
  return words;
}

std::string local_folder(const std::string& experiment,
                         const std::string& run_id) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return fmt::format("{}/results/local/{}/{}", workspace ? workspace : ".",
                     experiment, run_id);
}

}  // namespace

Undertaking undertaking(const Definition& definition,
                        const std::vector<int>& thread_counts,
                        std::size_t ranks, Shard shard) {
  nlohmann::json all = settings(definition, thread_counts);
  if (ranks > 0) all["ranks"] = ranks;
  if (shard.of > 1) all["shard"] = {{"index", shard.index}, {"of", shard.of}};
  return {definition.name, definition.sha256, definition.text,
          contestants_by_sweep(definition), all};
}

Manifest::Manifest(const std::string& folder, const Undertaking& what,
                   const std::vector<std::string>& command_line)
    : folder_(folder) {
  json_ = {
      {"schema", kSchema},
      {"experiment", printable(what.experiment)},
      {"run_id", fmt::format("{}-{}", utc_now("%Y%m%dT%H%M%SZ"), getpid())},
      {"started", utc_now("%FT%TZ")},
      {"finished", nullptr},
      {"command_line", printable(command_line)},
      {"definition",
       {{"file", printable(what.experiment + ".toml")},
        {"sha256", what.sha256},
        {"text", what.text},
        {"contestants", what.contestants}}},
      {"settings", what.settings},
      {"machine", machine_description()},
      {"build", build_description()},
      {"load", {{"before", load_averages()}, {"after", nullptr}}},
      {"calibration", {{"before", nullptr}, {"after", nullptr}}},
      {"resumed", nlohmann::json::array()},
      {"warnings", nlohmann::json::array()}};
  json_["build"]["code"] = what.code;
  note_host();
}

Manifest Manifest::open(const RunPlace& place, const Undertaking& what,
                        const std::vector<std::string>& command_line) {
  Manifest manifest = place.resume.empty()
                          ? Manifest(place.out, what, command_line)
                          : resume(place.resume, what);
  if (manifest.folder_.empty()) {
    manifest.folder_ = local_folder(what.experiment, manifest.run_id());
  }
  make_folder(manifest.folder_);
  if (manifest.lock_ == nullptr) {
    manifest.lock_ = std::make_unique<FolderLock>(manifest.folder_);
  }
  remove_unfinished(manifest.folder_,
                    place.resume.empty() ? Within::folder : Within::all_below);
  // That of an earlier run is kept until its rows have been looked for.
  if (!std::filesystem::exists(file_in(manifest.folder_))) manifest.save();
  return manifest;
}

Manifest Manifest::resume(const std::string& folder, const Undertaking& what) {
  require(std::filesystem::exists(file_in(folder)),
          "cannot resume {}: it has no manifest.json", folder);
  auto lock = std::make_unique<FolderLock>(folder);
  Manifest manifest(folder, load(folder));
  manifest.lock_ = std::move(lock);
  nlohmann::json& json = manifest.json_;
  const nlohmann::json build = build_description();
  const auto same = [&](bool holds, const char* difference) {
    require(holds, "cannot resume {}: {} from that run's", folder, difference);
  };
  try {
    same(json.at("definition").at("sha256") == what.sha256,
         "the definition differs");
    same(json.at("settings") == what.settings,
         "threads, ranks, repetitions, shard, seed or scalar differ");
    same(json.at("build").at("binary_sha256") == build.at("binary_sha256"),
         "the program differs");
    same(json.at("build").at("blas") == build.at("blas"), "the BLAS differs");
    same(machine_identity(json.at("machine")) ==
             machine_identity(machine_description()),
         "the machine differs");
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{} is not a manifest", file_in(folder)));
  }
  json["resumed"].push_back(utc_now("%FT%TZ"));
  manifest.note_host();
  return manifest;
}

void Manifest::note_host() {
  if (!json_["settings"].contains("shard")) return;
  const std::string host = host_name();
  nlohmann::json& hosts = json_["hosts"];
  if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) {
    hosts.push_back(host);
  }
}

std::string Manifest::definition_text(const std::string& folder) {
  try {
    return load(folder).at("definition").at("text");
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{} is not a manifest", file_in(folder)));
  }
}

void Manifest::warn(const std::string& warning) {
  json_["warnings"].push_back(warning);
  fmt::print(stderr, "warning: {}\n", warning);
}

void Manifest::calibrated(const char* when, const Calibrations& now) {
  if (now.size() > 1) {
    for (const auto& [threads, each] : now) {
      note(json_["calibration_by_threads"][std::to_string(threads)], when,
           each);
    }
  }
  // With several counts of threads: that of the most.
  note(json_["calibration"], when, now.rbegin()->second);
  if (std::string(when) != "after") return;
  for (const auto& [threads, each] : now) {
    if (now.size() == 1) return warn_of_drift(json_["calibration"], "");
    const std::string of = std::to_string(threads);
    warn_of_drift(
        json_["calibration_by_threads"][of],
        fmt::format(" with {} thread{}", of, threads == 1 ? "" : "s"));
  }
}

void Manifest::warn_of_drift(const nlohmann::json& calibration,
                             const std::string& how) {
  for (const auto& [what, tolerance] :
       {std::pair("gemm_flops_per_second", kDriftWorthSaying),
        std::pair("bytes_per_second", kDriftWorthSaying),
        std::pair("core_round_trip_seconds", kMoveWorthSaying)}) {
    const double before = calibration["before"][what];
    const double after = calibration["after"][what];
    // With one thread there is no trip.
    if (before == after) continue;
    if (std::max(after / before, before / after) <= 1 + tolerance) continue;
    warn(
        fmt::format("the machine drifted: {}{} was {:.3g} before the sweep "
                    "and {:.3g} after it",
                    what, how, before, after));
  }
}

void Manifest::finished(const nlohmann::json& accounts) {
  json_["finished"] = utc_now("%FT%TZ");
  json_["load"]["after"] = load_averages();
  json_["accounts"] = accounts;
}

void Manifest::save() const {
  replace_file(file_in(folder_), json_.dump(2) + "\n");
}

void tell_folder(const RunPlace& place, const Manifest& manifest) {
  if (!place.folder_file.empty()) {
    replace_file(place.folder_file, manifest.folder());
  }
}

}  // namespace suite
