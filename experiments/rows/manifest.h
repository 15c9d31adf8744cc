// A run's manifest.json: how every number of its cells.csv was made.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/definition/definition.h"
#include "experiments/definition/shard.h"
#include "experiments/machine/calibration.h"
#include "support/folder_lock.h"

namespace suite {

// What is run, as its manifest says it.
struct Undertaking {
  std::string experiment;
  std::string sha256;  // of the definition's text
  std::string text;
  // In full, as rows name them: a star in the text may mean others tomorrow.
  nlohmann::json contestants;
  nlohmann::json settings;  // what rows depend on, besides the text
  nlohmann::json code;      // see measured_code.h
};

// The cells of a definition; contestants are listed by sweep.
Undertaking undertaking(const Definition& definition,
                        const std::vector<int>& thread_counts,
                        std::size_t ranks = 0, Shard shard = {});

// Where a run's files go, as the user says.
struct RunPlace {
  std::string out;          // empty: results/local/<experiment>/<run_id>
  std::string resume;       // folder of a run to go on with; empty: a new run
  std::string folder_file;  // is told the folder; empty: none
};

class Manifest {
 public:
  // Of a new run, or of one to go on with; its folder is made, and no other
  // process's while this lives. A new one is saved at once, so that a run which
  // ends at any time can be gone on with. Throws Error if another process still
  // runs there, or if the definition, the options that rows depend on, the
  // binary or the machine differ from that run's.
  static Manifest open(const RunPlace& place, const Undertaking& what,
                       const std::vector<std::string>& command_line);

  std::string run_id() const { return json_.at("run_id"); }
  const std::string& folder() const { return folder_; }

  // Also said on the screen, once.
  void warn(const std::string& warning);
  void calibrated(const char* when, const Calibrations& calibrations);
  void finished(const nlohmann::json& accounts);
  void save() const;

  // The text of the definition that a run was made with.
  static std::string definition_text(const std::string& folder);

 private:
  Manifest(const std::string& folder, const Undertaking& what,
           const std::vector<std::string>& command_line);
  static Manifest resume(const std::string& folder, const Undertaking& what);
  Manifest(std::string folder, nlohmann::json json)
      : folder_(std::move(folder)), json_(std::move(json)) {}

  // A shard's host: the machines of a cluster are to be told apart.
  void note_host();
  // `how`: with which count of threads, where there are several.
  void warn_of_drift(const nlohmann::json& calibration, const std::string& how);

  std::string folder_;
  nlohmann::json json_;
  std::unique_ptr<FolderLock> lock_;
};

// Tells whoever asked where the run is. Once the rows there are known to be its
// own: others are none of theirs who judge and draw what it did.
void tell_folder(const RunPlace& place, const Manifest& manifest);

}  // namespace suite
