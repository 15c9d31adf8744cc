// Tables of a run's sweeps, and a paper's tables beside ours, for Markdown and
// LaTeX documents:
//   ./bazelw run //analysis:tables -- --results results/local/quickstart/RUN
//   ./bazelw run //analysis:tables -- --paper perceiver
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "analysis/papers/paper_tables.h"
#include "analysis/runs/run.h"
#include "analysis/tables/sweep_table.h"
#include "contract/shape.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

struct Arguments {
  std::string results, format = "markdown";
  std::optional<std::string> dimension, paper;
};

constexpr char kPapers[] = "analysis/papers";
constexpr char kReference[] = "results/reference";

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--results", a.results,
                 "A run, or a folder with runs; for a paper, the reference's");
  app.add_option("--paper", a.paper, "The paper whose tables to print");
  app.add_option("--format", a.format, "markdown or latex; markdown");
  app.add_option("--letter", a.dimension, "Only sweeps of this letter");
}

bool is_among(const std::string& name, const std::vector<std::string>& all) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

void check(const Arguments& a) {
  require(a.paper || !a.results.empty(),
          "--results is not given: a run, or a folder with runs");
  require(a.format == "markdown" || a.format == "latex",
          "--format {}: allowed are markdown and latex", a.format);
  const std::vector<std::string> dimensions(std::begin(kDimensions),
                                            std::end(kDimensions));
  require(!a.dimension || is_among(*a.dimension, dimensions),
          "--letter {}: allowed are {}", a.dimension.value_or(""),
          fmt::join(dimensions, ", "));
  require(!a.dimension || !a.paper, "--letter {}: a paper's tables have none",
          a.dimension.value_or(""));
  if (!a.paper) return;
  const std::vector<std::string> papers = paper_names(kPapers);
  require(is_among(*a.paper, papers), "--paper {}: allowed are {}", *a.paper,
          fmt::join(papers, ", "));
}

// What was measured for a paper: the folder that is given, or the reference's
// only machine. A checkout without one has none.
std::vector<Run> runs_beside_paper(const std::string& results) {
  if (!results.empty()) return read_runs(user_path(results));
  std::vector<std::string> machines;
  const std::string reference = user_path(kReference);
  if (!std::filesystem::is_directory(reference)) return {};
  for (const auto& entry : std::filesystem::directory_iterator(reference)) {
    if (entry.is_directory()) machines.push_back(entry.path().string());
  }
  std::sort(machines.begin(), machines.end());
  require(machines.size() < 2,
          "--results is not given, and {} has several machines: {}", reference,
          fmt::join(machines, ", "));
  return machines.empty() ? std::vector<Run>() : read_runs(machines[0]);
}

std::vector<Table> tables_of_paper(const Arguments& a) {
  const Paper paper = read_paper(fmt::format("{}/{}.toml", kPapers, *a.paper));
  const bool asks = asks_for_runs(paper) || !a.results.empty();
  return paper_tables(paper,
                      asks ? runs_beside_paper(a.results) : std::vector<Run>());
}

std::vector<Table> tables_of_runs(const Arguments& a) {
  const std::string folder = user_path(a.results);
  std::vector<Table> tables =
      sweep_tables(by_threads(read_runs(folder)), a.dimension);
  require(!tables.empty(), "{}: {} takes one value only", folder,
          a.dimension.value_or("every letter"));
  return tables;
}

void run(const Arguments& a) {
  check(a);
  const std::vector<Table> tables =
      a.paper ? tables_of_paper(a) : tables_of_runs(a);
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
  CLI::App app(
      "Prints tables of a run, one a swept letter, or a paper's beside ours.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] {
    run(arguments);
    return 0;
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
