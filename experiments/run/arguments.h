// What a user says of a run on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/run/run_experiment.h"

namespace CLI {
class App;
}

namespace suite {

struct RunArguments {
  std::string definition;
  RunSettings settings;
  std::vector<std::string> axes;
  std::optional<std::string> threads, repetitions, shard, budget, memory, seed;
};

// Options of the names that users know.
void declare(CLI::App& app, RunArguments& arguments);

// The definition with what the arguments override, in its own ranges; settings
// get their paths and counts of threads. Throws Error for input that makes no
// run.
Definition definition_of(RunArguments& arguments);

}  // namespace suite
