// Claim by claim: what do the rows say?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/claims/evidence.h"
#include "analysis/claims/verdict.h"
#include "analysis/claims/verdict_text.h"
#include "analysis/runs/run_definition.h"
#include "analysis/statistics/outliers.h"
#include "analysis/verify/extrap.h"
#include "analysis/verify/verdict_json.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"

namespace suite {
namespace {

constexpr int kSurprised = 1;

struct Arguments {
  std::string results, claims = "analysis/claims.toml";
  std::string definitions = "experiments/definitions";
  std::string export_format, out;
  bool counts = false;
};

bool concerns(const Claim& claim, const std::string& experiment) {
  const auto& in = claim.experiments;
  return std::find(in.begin(), in.end(), experiment) != in.end();
}

// A member that joined its family after the run was made is not its business.
bool joined_later(const Claim& claim, const Run& run) {
  return claim.of_family &&
         std::none_of(run.cells.begin(), run.cells.end(),
                      [&](const MeasuredCell& cell) {
                        return cell.contestant == claim.subject.label();
                      });
}

// Claims of one experiment, in their order. `run` has the seconds; without it
// only counts are judged.
void judge_all(const std::vector<Claim>& claims, const Definition& definition,
               const Run* run, std::vector<Verdict>& verdicts) {
  Run counted = counted_run(definition);
  if (run != nullptr) counted.threads = run->threads;
  for (const Claim& claim : claims) {
    if (!concerns(claim, definition.name)) continue;
    if (run != nullptr && joined_later(claim, *run)) continue;
    if (claim.counts()) {
      verdicts.push_back(judge(claim, counted, definition));
    } else if (run != nullptr) {
      verdicts.push_back(judge(claim, *run, definition));
    }
  }
}

// Facts belong to no experiment.
void judge_facts(const std::vector<Claim>& claims,
                 std::vector<Verdict>& verdicts) {
  for (const Claim& claim : claims) {
    if (claim.kind == ClaimKind::fact) {
      verdicts.push_back(judge(claim, Run(), Definition()));
    }
  }
}

std::string heading_of(const Verdict& verdict) {
  Run about;
  about.experiment = verdict.experiment;
  about.threads = verdict.threads;
  return title(about);
}

void print(const std::vector<Verdict>& verdicts) {
  std::string heading = "-";
  for (const Verdict& verdict : verdicts) {
    if (heading_of(verdict) != heading) {
      heading = heading_of(verdict);
      fmt::print("\n{}\n", heading.empty() ? "facts" : heading);
    }
    const Claim& claim = *verdict.claim;
    std::vector<std::string> reasons = {verdict.reason};
    if (!verdict.undecided.empty()) reasons.push_back(verdict.undecided);
    fmt::print("{}",
               text_of({verdict.answer, verdict.surprises(), claim.id,
                        claim.statement, claim.source, reasons, claim.note}));
  }
}

void print_outliers(const std::vector<Run>& runs) {
  fmt::print("\n");
  for (const Run& run : runs) {
    Outliers found;
    for (const MeasuredCell& cell : run.cells) {
      if (cell.timed()) found += classed(cell.seconds("total"));
    }
    if (found.mild + found.severe == 0) continue;
    fmt::print(
        "{}: of {} repetitions {} are mild outliers and {} severe; all "
        "were kept\n",
        title(run), found.values, found.mild, found.severe);
  }
}

int conclude(const std::vector<Verdict>& verdicts) {
  std::size_t by_answer[3] = {}, surprises = 0;
  for (const Verdict& verdict : verdicts) {
    ++by_answer[static_cast<int>(verdict.answer)];
    surprises += verdict.surprises();
  }
  fmt::print("\n{} supported, {} refuted, {} inconclusive; {} not as expected\n",
             by_answer[0], by_answer[1], by_answer[2], surprises);
  return surprises > 0 ? kSurprised : 0;
}

void check_one_machine(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    require(run.machine == runs.front().machine,
            "{} was made on {}, {} on {}: verify them apart",
            runs.front().folder, runs.front().machine, run.folder, run.machine);
  }
}

int export_runs(const std::vector<Run>& runs, const std::string& folder) {
  make_folder(folder);
  for (const Run& run : runs) {
    for (const auto& [name, text] : extrap_files(run)) {
      replace_file(folder + "/" + name, text);
      fmt::print("{}/{}\n", folder, name);
    }
  }
  return 0;
}

int run(const Arguments& arguments) {
  const auto files = definition_files(arguments.definitions);
  std::vector<Verdict> verdicts;
  if (arguments.counts) {
    const std::vector<Claim> claims =
        read_claims(arguments.claims, experiment_names(files));
    for (const std::string& file : files) {
      judge_all(claims, read_definition(file), nullptr, verdicts);
    }
    judge_facts(claims, verdicts);
    print(verdicts);
    return conclude(verdicts);
  }
  const std::string folder = user_path(arguments.results);
  const std::vector<Run> runs = by_threads(read_runs(folder));
  check_one_machine(runs);
  if (!arguments.export_format.empty()) {
    return export_runs(runs, arguments.out.empty() ? folder + "/extrap"
                                                   : user_path(arguments.out));
  }
  std::vector<std::string> asked;
  for (const Run& each : runs) asked.push_back(each.experiment);
  const std::vector<Claim> claims =
      read_claims(arguments.claims, experiment_names(files), asked);
  for (const Run& each : runs) {
    judge_all(claims, definition_of(each), &each, verdicts);
  }
  judge_facts(claims, verdicts);
  print(verdicts);
  print_outliers(runs);
  const std::string out =
      arguments.out.empty() ? folder + "/verdicts.json" : user_path(arguments.out);
  replace_file(out, json_of(verdicts).dump(1) + "\n");
  return conclude(verdicts);
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Judges the claims of analysis/claims.toml by results.");
  auto* results = app.add_option("--results", arguments.results,
                                 "A run's folder, or one that holds several");
  auto* counts = app.add_flag("--counts", arguments.counts,
                              "Judge only what can be counted, without a run");
  results->excludes(counts);
  // The defaults are the project's own, beside the program.
  auto* claims =
      app.add_option("--claims", arguments.claims, "The claims' .toml file");
  auto* definitions = app.add_option("--definitions", arguments.definitions,
                                     "The folder of definitions");
  app.add_option("--out", arguments.out,
                 "Default: DIR/verdicts.json; of --export DIR/extrap");
  app.add_option("--export", arguments.export_format,
                 "Write measurements for Extra-P instead: extrap")
      ->check(CLI::IsMember({"extrap"}));
  return run_command(app, argc, argv, [&] {
    if (*claims) arguments.claims = user_path(arguments.claims);
    if (*definitions) arguments.definitions = user_path(arguments.definitions);
    require(arguments.counts || !arguments.results.empty(),
            "--results DIR is missing");
    return run(arguments);
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
