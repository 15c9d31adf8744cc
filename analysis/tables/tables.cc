// Tables of a run's sweeps, for Markdown and LaTeX documents:
//   ./bazelw run //analysis:tables -- --results results/local/quickstart/RUN
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "analysis/runs/run.h"
#include "analysis/tables/sweep_table.h"
#include "contract/shape.h"
#include "primitives/program/command_line.h"
#include "primitives/program/files.h"
#include "primitives/check.h"

namespace suite {
namespace {

struct Arguments {
  std::string results, format = "markdown";
  std::optional<std::string> letter;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--results", a.results, "A run, or a folder with runs");
  app.add_option("--format", a.format, "markdown or latex; markdown");
  app.add_option("--letter", a.letter, "Only sweeps of this letter");
}

void check(const Arguments& a) {
  require(!a.results.empty(),
          "--results is not given: a run, or a folder with runs");
  require(a.format == "markdown" || a.format == "latex",
          "--format {}: allowed are markdown and latex", a.format);
  require(!a.letter || std::find(std::begin(kLetters), std::end(kLetters),
                                 *a.letter) != std::end(kLetters),
          "--letter {}: allowed are {}", a.letter.value_or(""),
          fmt::join(kLetters, ", "));
}

void run(const Arguments& a) {
  check(a);
  const std::string folder = user_path(a.results);
  const std::vector<Table> tables = sweep_tables(read_runs(folder), a.letter);
  require(!tables.empty(), "{}: {} takes one value only", folder,
          a.letter.value_or("every letter"));
  const bool as_latex = a.format == "latex";
  if (as_latex) fmt::print("% \\usepackage{{booktabs}}\n");
  bool first = !as_latex;
  for (const Table& table : tables) {
    fmt::print("{}{}", first ? "" : "\n",
               as_latex ? latex(table) : markdown(table));
    first = false;
  }
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Prints tables of a run: one a swept letter.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] {
    run(arguments);
    return 0;
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
