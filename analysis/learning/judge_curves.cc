// Learning claim by learning claim: what do the curves say?
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/learning/learning_claim.h"
#include "analysis/runs/run_code.h"
#include "experiments/rows/measured_code.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr int kSurprised = 1;

void print(const LearningVerdict& verdict) {
  const LearningClaim& claim = *verdict.claim;
  const char* mark = verdict.surprises()                  ? "  !"
                     : verdict.answer == Answer::refuted ? "  as expected"
                                                         : "";
  fmt::print("  {:<13} {}{}\n", name_of(verdict.answer), claim.id, mark);
  fmt::print("                {}  [{}]\n", claim.statement, claim.source);
  fmt::print("                {}\n", verdict.reason);
  if (verdict.answer == Answer::refuted && !claim.note.empty()) {
    fmt::print("                {}\n", claim.note);
  }
}

nlohmann::json json_of(const LearningVerdict& verdict) {
  const LearningClaim& claim = *verdict.claim;
  return {{"id", claim.id},
          {"statement", claim.statement},
          {"source", claim.source},
          {"experiment", claim.experiment},
          {"expected", claim.expected},
          {"verdict", name_of(verdict.answer)},
          {"reason", verdict.reason}};
}

struct Arguments {
  std::string results, claims = "analysis/learning/claims.toml", out;
  bool write = false;
};

void print_notes(const std::set<std::string>& experiments,
                 const std::string& folder) {
  const std::string title = fmt::format("{}", fmt::join(experiments, ", "));
  for (const std::string& note :
       code_notes({{title, folder}}, nlohmann::json::parse(kMeasuredCode))) {
    fmt::print("note: {}\n", note);
  }
}

int run(const Arguments& arguments) {
  const std::string folder = user_path(arguments.results);
  const std::vector<Curve> curves = read_curves(folder);
  std::set<std::string> experiments;
  for (const Curve& curve : curves) experiments.insert(curve.experiment);
  const std::vector<LearningClaim> claims =
      read_learning_claims(arguments.claims);
  nlohmann::json all = nlohmann::json::array();
  bool surprised = false;
  for (const LearningClaim& claim : claims) {
    if (experiments.count(claim.experiment) == 0) continue;
    const LearningVerdict verdict = judge(claim, curves);
    print(verdict);
    all.push_back(json_of(verdict));
    surprised = surprised || verdict.surprises();
  }
  print_notes(experiments, folder);
  const std::string text = all.dump(1) + "\n";
  if (arguments.write) replace_file(folder + "/verdicts.json", text);
  if (!arguments.out.empty()) replace_file(user_path(arguments.out), text);
  return surprised ? kSurprised : 0;
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Judges the claims about what learns by a run's curves.");
  app.add_option("--results", arguments.results, "The run's folder")
      ->required();
  auto* own =
      app.add_option("--claims", arguments.claims, "The claims' .toml file");
  app.add_flag("--write", arguments.write,
               "Write DIR/verdicts.json, which the report reads");
  app.add_option("--out", arguments.out, "Write the verdicts to FILE");
  return run_command(app, argc, argv, [&] {
    if (*own) arguments.claims = user_path(arguments.claims);
    return run(arguments);
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
