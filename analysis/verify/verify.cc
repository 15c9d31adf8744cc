// Claim by claim: what do the rows say?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/claims/evidence.h"
#include "analysis/claims/verdict.h"
#include "analysis/runs/run_code.h"
#include "analysis/runs/run_definition.h"
#include "analysis/statistics/outliers.h"
#include "analysis/verify/extrap.h"
#include "analysis/verify/verdict_json.h"
#include "experiments/rows/measured_code.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"
#include "support/terminal.h"

namespace suite {
namespace {

constexpr int kSurprised = 1;

struct Arguments {
  std::string results, claims = "analysis/claims.toml";
  std::string definitions = "experiments/definitions";
  std::string export_format, out;
  bool counts = false, write = false;
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
// only counts are judged. Those that name ranks are left to judge_over_ranks().
void judge_all(const std::vector<Claim>& claims, const Definition& definition,
               const Run* run, std::vector<Verdict>& verdicts) {
  Run counted = counted_run(definition, run == nullptr ? 0 : run->ranks);
  if (run != nullptr) counted.threads = run->threads;
  for (const Claim& claim : claims) {
    if (!concerns(claim, definition.name) || claim.names_ranks()) continue;
    if (run != nullptr && joined_later(claim, *run)) continue;
    if (claim.counts()) {
      verdicts.push_back(judge(claim, counted, definition));
    } else if (run != nullptr) {
      verdicts.push_back(judge(claim, *run, definition));
    }
  }
}

// They are about several numbers of ranks, of which a run has one: so they are
// judged once a definition, by its counts.
void judge_over_ranks(const std::vector<Claim>& claims,
                      const Definition& definition,
                      std::vector<Verdict>& verdicts) {
  const Run counted = counted_run(definition);
  for (const Claim& claim : claims) {
    if (!concerns(claim, definition.name) || !claim.names_ranks()) continue;
    verdicts.push_back(judge(claim, counted, definition));
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
  about.ranks = verdict.ranks;
  return title(about);
}

std::string shown(const Verdict& verdict) {
  const std::string text = fmt::format("{:<13}", name_of(verdict.answer));
  if (verdict.answer == Answer::supported) return coloured(text, Colour::green);
  return coloured(
      text, verdict.answer == Answer::refuted ? Colour::red : Colour::yellow);
}

void print(const std::vector<Verdict>& verdicts) {
  std::string heading = "-";
  for (const Verdict& verdict : verdicts) {
    if (heading_of(verdict) != heading) {
      heading = heading_of(verdict);
      fmt::print("\n{}\n", heading.empty() ? "facts" : heading);
    }
    const Claim& claim = *verdict.claim;
    const char* mark = verdict.surprises()                       ? "  !"
                       : verdict.answer == Answer::refuted ? "  as expected"
                                                           : "";
    fmt::print("  {} {}{}\n", shown(verdict), claim.id, mark);
    fmt::print("                {}  [{}]\n", claim.statement, claim.source);
    fmt::print("                {}\n", verdict.reason);
    if (!verdict.undecided.empty()) {
      fmt::print("                {}\n", verdict.undecided);
    }
    if (verdict.answer == Answer::refuted && !claim.note.empty()) {
      fmt::print("                {}\n", claim.note);
    }
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

// No count depends on threads.
std::string without_threads(std::string id) {
  constexpr std::string_view kThreads = "/threads=";
  const std::size_t from = id.find(kThreads);
  if (from == id.npos) return id;
  const std::size_t next = id.find('/', from + kThreads.size());
  return id.erase(from, next == id.npos ? next : next - from);
}

// A run that says it is of this code has the counts of this code.
void require_own_counts(const Run& run, const nlohmann::json& today) {
  if (code_of_run(run.folder) != today) return;
  std::map<std::string, MeasuredCell> counted;
  for (MeasuredCell& cell : counted_run(definition_of(run)).cells) {
    counted.emplace(without_threads(cell.id), std::move(cell));
  }
  for (const MeasuredCell& cell : run.cells) {
    const auto found = counted.find(without_threads(cell.id));
    if (found == counted.end() || !cell.timed()) continue;
    for (const auto& [part, own] : cell.parts) {
      require(own.macs == found->second.macs(part),
              "{}/cells.csv: says that it is of this code, but of {} it has "
              "{} MACs in {}; this code counts {}",
              run.folder, cell.id, own.macs, part, found->second.macs(part));
    }
  }
}

void print_notes(const std::vector<Run>& runs, const nlohmann::json& today) {
  std::vector<std::pair<std::string, std::string>> folders;
  for (const Run& run : runs) folders.emplace_back(run.experiment, run.folder);
  for (const std::string& note : code_notes(folders, today)) {
    fmt::print("note: {}\n", note);
  }
}

// A run over ranks names its CPU alone.
bool same_machine(const Run& a, const Run& b) {
  const auto within = [](const Run& ranks, const Run& other) {
    return ranks.ranks > 0 && other.machine.starts_with(ranks.machine + ", ");
  };
  return a.machine == b.machine || within(a, b) || within(b, a);
}

void check_one_machine(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    require(same_machine(run, runs.front()),
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
      const Definition definition = read_definition(file);
      judge_all(claims, definition, nullptr, verdicts);
      judge_over_ranks(claims, definition, verdicts);
    }
    judge_facts(claims, verdicts);
    print(verdicts);
    return conclude(verdicts);
  }
  const std::string folder = user_path(arguments.results);
  const std::vector<Run> whole = read_runs(folder);
  const nlohmann::json today = nlohmann::json::parse(kMeasuredCode);
  for (const Run& each : whole) require_own_counts(each, today);
  const std::vector<Run> runs = by_threads(whole);
  check_one_machine(runs);
  if (!arguments.export_format.empty()) {
    return export_runs(runs, arguments.out.empty() ? folder + "/extrap"
                                                   : user_path(arguments.out));
  }
  std::vector<std::string> asked;
  for (const Run& each : runs) asked.push_back(each.experiment);
  const std::vector<Claim> claims =
      read_claims(arguments.claims, experiment_names(files), asked);
  std::set<std::string> judged;  // definitions
  for (const Run& each : runs) {
    const Definition definition = definition_of(each);
    judge_all(claims, definition, &each, verdicts);
    if (!judged.insert(definition.sha256).second) continue;
    judge_over_ranks(claims, definition, verdicts);
  }
  judge_facts(claims, verdicts);
  print(verdicts);
  print_outliers(runs);
  print_notes(whole, today);
  const std::string text = json_of(verdicts).dump(1) + "\n";
  if (arguments.write) replace_file(folder + "/verdicts.json", text);
  if (!arguments.out.empty()) replace_file(user_path(arguments.out), text);
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
  app.add_flag("--write", arguments.write,
               "Write DIR/verdicts.json, which the report reads");
  app.add_option("--out", arguments.out,
                 "Write the verdicts to FILE; of --export DIR/extrap");
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
