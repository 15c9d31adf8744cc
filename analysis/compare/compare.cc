// What changed between two runs, or two folders of runs?
//   ./bazelw run //analysis:compare -- A B
// Exit status 1: something is SLOWER, or DIFFERENT; 2: bad input.

#include <CLI/CLI.hpp>

#include "analysis/compare/comparison.h"
#include "analysis/runs/run.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr int kWorse = 1;

struct Arguments {
  std::string a, b, csv;
  double tolerance = 0.05;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("A", a.a, "A run, or a folder with runs: before");
  app.add_option("B", a.b, "A run, or a folder with runs: after");
  app.add_option("--tolerance", a.tolerance,
                 "Ratios from 1/(1 + T) to 1 + T are the SAME; 0.05");
  app.add_option("--csv", a.csv, "Write the comparison to FILE too");
  app.footer(
      "On one machine each cell's B/A is SAME, FASTER, SLOWER or UNCLEAR by "
      "its 95 % interval,\nor DIFFERENT if counts differ: a changed model is "
      "not a faster one. Across machines\nratios between contestants, slopes "
      "and crossovers are compared.\nExit status 0; 1 if anything is SLOWER "
      "or DIFFERENT; 2 for bad input.");
}

int run(Arguments& a) {
  require(!a.a.empty() && !a.b.empty(),
          "two folders must be given: runs, or folders with runs");
  require(a.tolerance >= 0 && a.tolerance <= 1,
          "--tolerance {}: allowed are numbers from 0 to 1", a.tolerance);
  a.a = user_path(a.a);
  a.b = user_path(a.b);
  const std::vector<Run> runs_a = read_runs(a.a), runs_b = read_runs(a.b);
  const PairedRuns paired = pair_runs(a.a, runs_a, a.b, runs_b);
  std::vector<Compared> all;
  for (const RunPair& pair : paired.pairs) {
    all.push_back(compare(pair, a.tolerance));
  }
  if (!a.csv.empty()) {
    replace_file(user_path(a.csv), comparison_csv(all, a.tolerance));
  }
  bool first = true;
  for (const Compared& compared : all) {
    fmt::print("{}{}", first ? "" : "\n",
               comparison_text(compared, a.tolerance));
    first = false;
  }
  if (!paired.notes.empty()) fmt::print("\n");
  for (const std::string& note : paired.notes) fmt::print("{}\n", note);
  return is_worse(all) ? kWorse : 0;
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Compares two runs, or two folders of runs, by experiment.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] { return run(arguments); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
