// The rows of curves.csv: the one place that knows its columns. A row is a look
// at a learner, at one step, on one split.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/learning/definition/learner.h"
#include "support/files.h"
#include "training/latents/specialisation.h"

namespace suite {

inline constexpr int kCurvesSchema = 1;

inline constexpr std::array<std::string_view, 42> kCurveColumns = {
    "schema",     "experiment", "definition_sha256", "run_id",
    "learner",    "contestant", "task",              "positions",
    "latents",    "N",          "M",                 "B",
    "C",          "D",          "H",                 "L",
    "O",          "batch",      "optimiser",         "schedule",
    "threads",    "scalar",     "parameters",        "seed",
    "step",       "examples",   "seconds",           "macs",
    "split",      "asked_of",   "loss",              "accuracy",
    "train_loss", "gradient_norm", "rate",
    "latent_information", "distinct_latents", "latent_entropy",
    "position_information", "content_information",
    "status",     "reason"};

// What is the same in all rows of one learner with one seed.
struct LearnerFacts {
  const Learner* learner = nullptr;
  Shape shape;  // of the contestant
  int threads = 1;
  std::uint64_t seed = 0;
  std::uint64_t parameters = 0;
};

// How far it is, and what the last step said.
struct Standing {
  std::uint64_t step = 0;
  double seconds = 0;  // of training; looking is not counted
  double macs = 0;
  double train_loss = 0;  // mean since the look before
  StepReport last;
};

// What a look says.
struct Look {
  Split split = Split::held_out;
  std::optional<Score> score;   // none where it could not be had
  // Of latents, where there are any; in nats.
  std::optional<Specialisation> latents = {};
  std::string status = "ok";    // ok, stopped (by its budget) or failed
  std::string reason = {};
};

// How far a learner came, with one seed.
struct CurveProgress {
  std::uint64_t step = 0;  // of its last look
  bool ended = false;
};
using Progresses =
    std::map<std::pair<std::string, std::uint64_t>, CurveProgress>;

// By learner and seed, of FOLDER/curves.csv, which is only read. Throws Error
// as Curves does.
Progresses progress_of_curves(const std::string& folder);

// A run's curves.csv while it grows: what is in it survives, and isn't said
// again.
class Curves {
 public:
  struct Identity {
    std::string experiment, definition_sha256, run_id;
  };

  // Starts FOLDER/curves.csv, or goes on with it: a line that was cut is
  // dropped. Throws Error if the file exists and is not to be resumed, is not
  // one of this schema, or cannot be written.
  Curves(const std::string& folder, Identity identity, bool resume);

  void append(const LearnerFacts& facts, const Standing& at, const Look& look);

  // Did this learner come to its end, with this seed?
  bool ended(const std::string& learner, std::uint64_t seed) const;

 private:
  using Key = std::vector<std::string>;  // learner, seed, step, split, failed?

  void load(const std::string& path);

  Identity identity_;
  std::set<Key> known_;
  std::set<std::pair<std::string, std::string>> ended_;  // learner, seed
  std::unique_ptr<AppendFile> file_;
};

}  // namespace suite
