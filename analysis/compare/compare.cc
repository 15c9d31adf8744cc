// What changed between two runs, or two folders of runs? Or between the first
// and each of several?
//   ./bazelw run //analysis:compare -- A B
//   ./bazelw run //analysis:compare -- A B C
// Exit status 1: something is SLOWER, WORSE or DIFFERENT; 2: bad input.

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/compare/comparison.h"
#include "analysis/compare/learning/learning_comparison.h"
#include "analysis/compare/side_by_side.h"
#include "analysis/learning/learning_run.h"
#include "analysis/runs/run.h"
#include "analysis/runs/run_code.h"
#include "experiments/rows/measured_code.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"
#include "support/nearest.h"

namespace suite {
namespace {

constexpr int kWorse = 1;
constexpr std::size_t kMostMore = 24;  // letters after A and B

struct Arguments {
  std::string a, b, csv;
  std::vector<std::string> more;
  std::vector<std::string> only;
  double tolerance = 0.05;
  std::optional<double> points, reach;  // of learning runs
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("A", a.a, "A run, or a folder with runs: before");
  app.add_option("B", a.b, "A run, or a folder with runs: after");
  app.add_option("C", a.more,
                 "More of them: each is held against A, a column each");
  app.add_option("--tolerance", a.tolerance,
                 "Ratios from 1/(1 + T) to 1 + T are the SAME; 0.05. So are "
                 "losses of that ratio of likelihoods");
  app.add_option("--points", a.points,
                 "Accuracies that differ by up to so many per cent are the "
                 "SAME; 1");
  app.add_option("--reach", a.reach,
                 "Compare the time to this accuracy on held-out examples, as "
                 "0.95; the most that all curves of a learner come to");
  app.add_option("--only", a.only,
                 "Show only cells that became so, as slower or slower,unclear")
      ->delimiter(',');
  app.add_option("--out,--csv", a.csv,
                 "Write the comparison to FILE too, as CSV");
  app.footer(
      "On one machine each cell's B/A is SAME, FASTER, SLOWER or UNCLEAR by "
      "its 99 % interval,\nor DIFFERENT if counts differ: a changed model is "
      "not a faster one. Peak bytes are told apart from\nspeed. Across "
      "machines ratios between contestants, slopes and crossovers\nare "
      "compared.\nOf two learning runs each learner's "
      "accuracy and loss are SAME, BETTER, WORSE or UNCLEAR,\nover the seeds "
      "that both have; so are its times, which seeds of one run share the "
      "hour of.\nExit status 0; 1 if anything is SLOWER, WORSE or DIFFERENT, "
      "or holds more at its peak; 2 for bad input.");
}

// "slower": Change::slower.
std::vector<Change> changes_of(const std::vector<std::string>& words) {
  std::vector<Change> changes;
  for (const std::string& word : words) {
    std::vector<std::string> known;
    for (const Change change : kChanges) {
      known.emplace_back(name_of(change));
      std::transform(known.back().begin(), known.back().end(),
                     known.back().begin(),
                     [](unsigned char c) { return std::tolower(c); });
      if (known.back() == word) changes.push_back(change);
    }
    require(std::find(known.begin(), known.end(), word) != known.end(),
            "--only {}: allowed are {}{}", word, fmt::join(known, ", "),
            did_you_mean(word, known));
  }
  return changes;
}

void check(const Arguments& a) {
  require(!a.a.empty() && !a.b.empty(),
          "two folders must be given: runs, or folders with runs");
  require(a.more.size() <= kMostMore, "at most {} runs are compared at once",
          kMostMore + 2);
  require(a.tolerance >= 0 && a.tolerance <= 1,
          "--tolerance {}: allowed are numbers from 0 to 1", a.tolerance);
  const double points = a.points.value_or(1);
  require(points >= 0 && points <= 100,
          "--points {}: allowed are numbers from 0 to 100", points);
  const double reach = a.reach.value_or(1);
  require(reach > 0 && reach <= 1,
          "--reach {}: allowed are numbers above 0, to 1", reach);
}

// Of A and another, whose name is `other`: of one code? Of today's?
void print_code(const std::string& experiment, const std::string& a,
                const std::string& b, const std::string& other = "B") {
  const nlohmann::json code_a = code_of_run(a), code_b = code_of_run(b);
  if (!code_a.is_null() && !code_b.is_null() && code_a != code_b) {
    fmt::print("note: {}: A and {} measured different code: {}\n", experiment,
               other, code_changes(code_a, code_b));
  }
  for (const std::string& note :
       code_notes({{experiment + " in A", a}, {experiment + " in " + other, b}},
                  nlohmann::json::parse(kMeasuredCode))) {
    fmt::print("note: {}\n", note);
  }
}

int compare_learning(const Arguments& a) {
  require(a.more.empty(), "learning runs are compared two at a time");
  require(a.only.empty(), "--only is for runs of cells");
  const LearningRun run_a = read_learning_run(a.a);
  const LearningRun run_b = read_learning_run(a.b);
  const LearningComparison comparison(pair_learners(run_a, run_b),
                                      {.times = a.tolerance,
                                       .accuracy = a.points.value_or(1) / 100,
                                       .loss = std::log1p(a.tolerance),
                                       .reach = a.reach});
  if (!a.csv.empty()) {
    replace_file(user_path(a.csv), comparison_csv(comparison));
  }
  fmt::print("{}", comparison_text(comparison));
  print_code("the learning run", run_a.folder, run_b.folder);
  return is_worse(comparison) ? kWorse : 0;
}

// Texts of experiments: of two runs all that there is to say, of more a column
// each. `names` are those of the runs B, C … in `all`.
std::vector<std::string> texts_of(const std::vector<Compared>& all,
                                  const std::vector<std::string>& names,
                                  const Arguments& a,
                                  const std::vector<Change>& only) {
  std::vector<std::string> texts;
  if (a.more.empty()) {
    for (const Compared& compared : all) {
      texts.push_back(comparison_text(compared, a.tolerance, only));
    }
    return texts;
  }
  std::map<std::string, std::vector<OtherRun>> by_experiment;
  for (std::size_t i = 0; i < all.size(); ++i) {
    by_experiment[all[i].pair.a->experiment].push_back({names[i], &all[i]});
  }
  for (const auto& [experiment, others] : by_experiment) {
    texts.push_back(side_by_side_text(others, only));
  }
  return texts;
}

int compare_cells(const Arguments& a) {
  require(!a.points && !a.reach,
          "--points and --reach are for two learning runs");
  const std::vector<Change> only = changes_of(a.only);
  const std::vector<Run> runs_a = read_runs(a.a);
  std::list<std::vector<Run>> others;  // what is compared points into them
  std::vector<Compared> all;
  std::vector<std::string> notes, names;
  std::vector<std::string> folders = {a.b};
  folders.insert(folders.end(), a.more.begin(), a.more.end());
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const PairedRuns paired = pair_runs(
        a.a, runs_a, folders[i], others.emplace_back(read_runs(folders[i])));
    const std::string name(1, static_cast<char>('B' + i));
    for (const RunPair& pair : paired.pairs) {
      all.push_back(compare(pair, a.tolerance));
      names.push_back(name);
    }
    for (const std::string& note : paired.notes) {
      notes.push_back(a.more.empty() ? note : name + " as B: " + note);
    }
  }
  const std::vector<std::string> texts = texts_of(all, names, a, only);
  if (!a.csv.empty()) {
    replace_file(user_path(a.csv), comparison_csv(all, a.tolerance));
  }
  fmt::print("{}", fmt::join(texts, "\n"));
  if (!notes.empty()) fmt::print("\n");
  for (const std::string& note : notes) fmt::print("{}\n", note);
  for (std::size_t i = 0; i < all.size(); ++i) {
    print_code(all[i].pair.a->experiment, all[i].pair.a->folder,
               all[i].pair.b->folder, names[i]);
  }
  return is_worse(all) ? kWorse : 0;
}

int run(Arguments& a) {
  check(a);
  a.a = user_path(a.a);
  a.b = user_path(a.b);
  for (std::string& each : a.more) each = user_path(each);
  const bool learned_a = is_learning_run(a.a);
  const bool learned_b = is_learning_run(a.b);
  require(learned_a == learned_b,
          "{} is a learning run, {} is not: it has no curves.csv",
          learned_a ? a.a : a.b, learned_a ? a.b : a.a);
  return learned_a ? compare_learning(a) : compare_cells(a);
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
