// The program behind every //experiments:learn_… target.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiments/learning/run/learning_run.h"
#include "experiments/rows/measured_code.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"
#include "training/tasks/tasks.h"

namespace suite {
namespace {

struct Arguments {
  std::string definition;
  LearningSettings settings;
  std::vector<std::uint64_t> seeds;
  bool list = false, packages = false;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("definition", a.definition, "The experiment's .toml file");
  app.add_option("--out", a.settings.place.out, "Folder for the results");
  app.add_option("--resume", a.settings.place.resume,
                 "Go on with the run in DIR");
  app.add_option("--threads", a.settings.threads, "Threads; 0: all cores")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seeds", a.seeds,
                 "Seeds, with commas; else the definition's")
      ->delimiter(',');
  app.add_option("--filter", a.settings.filter,
                 "Only learners whose id this regular expression finds");
  app.add_flag("--dry-run", a.settings.dry_run,
               "Build every learner, and print their ids");
  app.add_flag("--packages", a.packages,
               "Print the Debian packages that the tasks' data are in");
  app.add_flag("--list", a.list, "List tasks with their options");
  app.add_option("--folder-file", a.settings.place.folder_file,
                 "File to write the results' folder to, for programs");
}

void print_packages(const LearningDefinition& definition) {
  std::set<std::string> all;
  for (const Learner& learner : definition.learners) {
    for (const std::string& each : packages_of_task(learner.task)) {
      all.insert(each);
    }
  }
  for (const std::string& each : all) fmt::print("{}\n", each);
}

int run(Arguments& a) {
  if (a.list) {
    fmt::print("{}", known_tasks());
    return 0;
  }
  LearningSettings& settings = a.settings;
  require(settings.place.out.empty() || settings.place.resume.empty(),
          "--out and --resume exclude each other");
  require(!a.definition.empty(),
          "no definition is given: a .toml file, as in experiments/learning");
  if (!settings.place.out.empty())
    settings.place.out = user_path(settings.place.out);
  if (!settings.place.resume.empty())
    settings.place.resume = user_path(settings.place.resume);
  LearningDefinition definition =
      read_learning_definition(user_path(a.definition));
  if (a.packages) {
    print_packages(definition);
    return 0;
  }
  // The manifest keeps the definition's text; where files lay is nobody's.
  for (std::string& word : settings.command_line) {
    if (word.find('/') != std::string::npos) {
      word = std::filesystem::path(word).filename();
    }
  }
  if (!a.seeds.empty()) definition.seeds = a.seeds;
  return run_learning(definition, settings);
}

int main(int argc, char** argv) {
  Arguments arguments;
  arguments.settings.command_line = {argv + 1, argv + argc};
  arguments.settings.code = nlohmann::json::parse(kMeasuredCode);
  CLI::App app("Trains what a learning experiment asks for, and looks at it.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] { return run(arguments); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
