// An experiment, as its file says it. One file, one experiment:
//
//   shows = "What it shows, in one sentence."
//   contestants = ["perceiver", "transformer"]
//   repetitions = 5
//   phases = ["forward", "step"]  # of training; forward alone if not said
//   optimiser = "lamb"         # of updates and steps: training/recipe.h
//   keep = "recompute"         # by a forward for its backward:
//   primitives/keep.h ranks = [1, 2, 4]          # over which its counts are
//   judged, beside none [base]                     # one value a dimension N =
//   4096
//   [[sweep]]                  # lists: every combination, the rest from base
//   N = [1024, 4096, 16384]
//   [precision]                # more repetitions where noise asks for them
//   half_width = 0.02          # of a cell's 95 % interval
//   most_repetitions = 30
//   [errors]                   # of approximations, at the base's dimensions
//   patterns = ["random", "peaked"]  # see contract/pattern.h
//   [budget]
//   seconds = 120              # of the whole run, a count of threads
//   repetition_seconds = 10    # a cell beyond is skipped; 0: no limit
//   memory = 8589934592        # bytes
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "contract/contestant.h"
#include "contract/pattern.h"
#include "contract/shape.h"
#include "experiments/definition/phase.h"
#include "primitives/keep.h"
#include "training/recipe.h"

namespace suite {

struct SweptDimension {
  std::string dimension;
  std::vector<std::size_t> values;
};

struct Sweep {
  std::vector<SweptDimension> dimensions;
  std::vector<std::string> contestants;  // empty: the experiment's
};

struct Definition {
  std::string name;  // the file's stem
  std::string path;
  std::string text;
  std::string sha256;  // of the text

  std::string shows;
  std::vector<std::string> contestants;
  Shape base;
  std::vector<Sweep> sweeps;
  int repetitions = 5;
  std::vector<Phase> phases = {Phase::forward};
  Keep keep = Keep::activations;
  Recipe optimiser = parse_recipe("adamw");
  // Over which what is counted is judged, without any process; a run has the
  // number that its command line says.
  std::vector<std::size_t> ranks;
  int threads = 0;  // 0: all cores
  std::string scalar = "float";
  std::uint64_t seed = 1;
  double half_width = 0;  // 0: repetitions are as given
  int most_repetitions = 30;
  std::vector<Pattern> error_patterns;
  double budget_seconds = 600;
  double repetition_seconds = 0;
  std::uint64_t budget_memory = 0;  // 0: what the machine has free
};

// The .toml files of a folder, sorted, and what they name.
std::vector<std::string> definition_files(const std::string& folder);
std::vector<std::string> experiment_names(
    const std::vector<std::string>& files);

// Throws Error with file:line:column for an unknown key, a wrong type, a value
// out of range, an unknown contestant or heads that don't divide a width.
Definition read_definition(const std::string& path);

// The same, of a text that was read before; `path` names it in errors.
Definition parse_definition(const std::string& path, const std::string& text);

}  // namespace suite
