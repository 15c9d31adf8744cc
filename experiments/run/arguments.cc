#include "experiments/run/arguments.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>

#include "experiments/definition/axes.h"
#include "experiments/definition/shard.h"
#include "primitives/threads.h"
#include "support/check.h"
#include "support/files.h"
#include "support/quantities.h"

namespace suite {
namespace {

constexpr std::uint64_t kMostRepetitions = 10'000;

// As a definition's, in whose ranges they must be.
void override_definition(const RunArguments& a, Definition& definition) {
  if (a.repetitions) {
    definition.repetitions = static_cast<int>(
        whole_from("--repetitions", *a.repetitions, 1, kMostRepetitions));
  }
  if (a.budget) definition.budget_seconds = seconds_from("--budget", *a.budget);
  if (a.memory) definition.budget_memory = bytes_from("--memory", *a.memory);
  if (a.seed) {
    definition.seed = whole_from("--seed", *a.seed, 0,
                                 std::numeric_limits<std::int64_t>::max());
  }
}

}  // namespace

void declare(CLI::App& app, RunArguments& a) {
  app.add_option("definition", a.definition, "The experiment's .toml file");
  app.add_option("--out", a.settings.place.out, "Folder for the results");
  app.add_option("--resume", a.settings.place.resume,
                 "Go on with the run in DIR");
  app.add_option("--threads", a.threads,
                 "Threads; 0: all cores; 1,2: each cell with either count");
  app.add_option("--set", a.axes,
                 "LETTER=VALUES in place of the definition's, as N=1024,2048")
      ->allow_extra_args(false);
  app.add_option("--repetitions", a.repetitions, "Repetitions of each cell");
  app.add_option("--shard", a.shard,
                 "i/n, one machine's share: of each cell repetitions i, i + n, "
                 "i + 2n, ...; //analysis:join makes one run of all shares");
  app.add_option("--budget", a.budget,
                 "Seconds, or with a unit as 5m, for the whole run; else the "
                 "definition's for each count of threads");
  app.add_option("--memory", a.memory,
                 "Bytes that may be held, or with a unit as 2GB");
  app.add_option("--seed", a.seed, "Seed of parameters and inputs");
  app.add_option("--filter", a.settings.filter,
                 "Only cells whose id this regular expression finds");
  app.add_flag("--dry-run", a.settings.dry_run,
               "Print the cells with predicted MACs, memory and time");
  app.add_option("--folder-file", a.settings.place.folder_file,
                 "File to write the results' folder to, for programs");
}

Definition definition_of(RunArguments& a) {
  RunSettings& settings = a.settings;
  require(settings.place.out.empty() || settings.place.resume.empty(),
          "--out and --resume exclude each other");
  require(
      !a.definition.empty(),
      "no definition is given: a .toml file, as in experiments/definitions");
  if (!settings.place.out.empty())
    settings.place.out = user_path(settings.place.out);
  if (!settings.place.resume.empty())
    settings.place.resume = user_path(settings.place.resume);
  Definition definition = read_definition(user_path(a.definition), a.axes);
  // The manifest keeps the definition's text; where files lay is nobody's.
  for (std::string& word : settings.command_line) {
    if (word.find('/') != std::string::npos) {
      word = std::filesystem::path(word).filename();
    }
  }
  if (a.threads) {
    settings.thread_counts = thread_counts(*a.threads);
    definition.budget_seconds *=
        static_cast<double>(settings.thread_counts.size());
  }
  override_definition(a, definition);
  if (a.shard) {
    settings.shard = shard_from("--shard", *a.shard);
    require(settings.shard.count(definition.repetitions) > 0,
            "--shard {}: has none of {} repetitions", *a.shard,
            definition.repetitions);
  }
  return definition;
}

}  // namespace suite
