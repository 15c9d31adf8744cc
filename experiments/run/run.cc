// The program behind every //experiments target.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "contract/registry.h"
#include "experiments/machine/blas_of_this_build.h"
#include "experiments/rows/measured_code.h"
#include "experiments/run/arguments.h"
#include "experiments/run/run_experiment.h"
#include "support/command_line.h"

namespace suite {
namespace {

struct Arguments : RunArguments {
  bool list = false;
};

// Takes Google Benchmark's own flags out of the words.
std::vector<std::string> take_benchmark_flags(std::vector<std::string>& words) {
  std::vector<std::string> flags;
  std::erase_if(words, [&](const std::string& word) {
    const bool is_flag = word.rfind("--benchmark_", 0) == 0;
    if (is_flag) flags.push_back(word);
    return is_flag;
  });
  return flags;
}

void list_contestants() {
  for (const Contestant* contestant : contestants()) {
    const Facts& facts = contestant->facts;
    fmt::print("{}: {}. {}. {}\n", contestant->name, facts.idea, facts.cost,
               facts.paper);
    for (const OptionSpec& option : contestant->options) {
      const std::string allowed =
          option.kind == OptionKind::choice
              ? fmt::format("{}", fmt::join(option.allowed, " | "))
              : option.standard;
      fmt::print("    {} = {}: {}\n", option.name, allowed, option.question);
    }
  }
}

int run(Arguments& a) {
  if (a.list) {
    list_contestants();
    return 0;
  }
  const Definition definition = definition_of(a);
  return run_experiment(definition, a.settings);
}

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  Arguments arguments;
  arguments.settings.command_line = words;
  arguments.settings.code = nlohmann::json::parse(kMeasuredCode);
  arguments.settings.benchmark_flags = take_benchmark_flags(words);
  CLI::App app("Runs an experiment: checks, counts and times its cells.");
  declare(app, arguments);
  app.add_flag("--list", arguments.list, "List contestants with their options");
  app.footer("Flags that begin with --benchmark_ go to Google Benchmark.");
  return run_command(app, words, [&] { return run(arguments); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::match_blas_to_build(argv);
  return suite::main(argc, argv);
}
