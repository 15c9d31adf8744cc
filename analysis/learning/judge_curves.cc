// Learning claim by learning claim: what do the curves say?
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/claims/verdict_text.h"
#include "analysis/learning/learning_claim.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr int kSurprised = 1;

void print(const LearningVerdict& verdict) {
  const LearningClaim& claim = *verdict.claim;
  fmt::print("{}", text_of({verdict.answer,
                            verdict.surprises(),
                            claim.id,
                            claim.statement,
                            claim.source,
                            {verdict.reason},
                            claim.note}));
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

int run(const std::string& results, const std::string& claims_path) {
  const std::string folder = user_path(results);
  const std::vector<Curve> curves = read_curves(folder);
  std::set<std::string> experiments;
  for (const Curve& curve : curves) experiments.insert(curve.experiment);
  const std::vector<LearningClaim> claims = read_learning_claims(claims_path);
  nlohmann::json all = nlohmann::json::array();
  bool surprised = false;
  for (const LearningClaim& claim : claims) {
    if (experiments.count(claim.experiment) == 0) continue;
    const LearningVerdict verdict = judge(claim, curves);
    print(verdict);
    all.push_back(json_of(verdict));
    surprised = surprised || verdict.surprises();
  }
  replace_file(folder + "/verdicts.json", all.dump(1) + "\n");
  return surprised ? kSurprised : 0;
}

int main(int argc, char** argv) {
  std::string results, claims = "analysis/learning/claims.toml";
  CLI::App app("Judges the claims about what learns by a run's curves.");
  app.add_option("--results", results, "The run's folder")->required();
  auto* own = app.add_option("--claims", claims, "The claims' .toml file");
  return run_command(app, argc, argv, [&] {
    if (*own) claims = user_path(claims);
    return run(results, claims);
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
