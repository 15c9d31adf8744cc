// One rank of a run whose cells ranks share; mpirun starts as many as there
// are.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/machine/blas_of_this_build.h"
#include "experiments/machine/machine.h"
#include "experiments/ranks/handshake.h"
#include "experiments/ranks/rank_crew.h"
#include "experiments/rows/measured_code.h"
#include "experiments/run/arguments.h"
#include "experiments/run/run_experiment.h"
#include "primitives/exchange/mpi/mpi_exchange.h"
#include "primitives/threads.h"
#include "support/check.h"
#include "support/command_line.h"
#include "support/files.h"
#include "support/interruption.h"
#include "support/quantities.h"

namespace suite {
namespace {

constexpr std::uint64_t kMostRanks = 1024;
constexpr char kPatience[] = "60";

struct RankArguments {
  RunArguments run;
  std::string ranks, patience = kPatience;
  std::string definitions;  // folder of those that are named alone
  std::string status_file;  // is told the exit status by rank 0
  bool rehearse = false, untimed = false;
};

void declare(CLI::App& app, RankArguments& a) {
  declare(app, a.run);
  app.add_option(
         "--ranks", a.ranks,
         "Ranks: a power of two; 1,2,4: a run of each, in DIR/ranks_1 …")
      ->required();
  app.add_option(
      "--patience", a.patience,
      "Seconds to wait for a rank that is late, beside ten times what "
      "the others took");
  app.add_option("--definitions", a.definitions)->group("");
  app.add_option("--status-file", a.status_file)->group("");
  app.add_flag("--rehearse", a.rehearse)->group("");
  app.add_flag("--untimed", a.untimed)->group("");
}

struct Work {
  Definition definition;
  RunSettings settings;
  std::vector<Cell> cells;
};

// What all ranks are to do. Throws Error for input that makes no run.
Work work_of(RankArguments& a) {
  const std::string& named = a.run.definition;
  const std::string known = a.definitions + "/" + named + ".toml";
  if (!named.empty() && std::filesystem::exists(known)) {
    a.run.definition = known;
  }
  require(a.run.threads.value_or("1") != "0",
          "--threads 0: ranks share the cores, so how many has each?");
  Work work{definition_of(a.run), a.run.settings, {}};
  work.settings.ranks = whole_from("--ranks", a.ranks, 1, kMostRanks);
  require(work.settings.thread_counts.size() < 2,
          "--threads: ranks have one count of threads");
  if (work.settings.thread_counts.empty()) work.settings.thread_counts = {1};
  share_of(std::size_t{1} << 40, 0, work.settings.ranks);  // a power of two?
  work.cells = chosen_cells(work.definition, work.settings.thread_counts,
                            work.settings.filter, work.settings.ranks);
  if (a.untimed) {
    work.settings.untimed = fmt::format(
        "{} ranks of {} threads are more than the cores: counted, not timed",
        work.settings.ranks, work.settings.thread_counts.front());
  }
  return work;
}

Identity identity_of(const Work& work) {
  const nlohmann::json build = build_description();
  const nlohmann::json machine = machine_description();
  std::string cells;
  for (const Cell& cell : work.cells) cells += cell.id + "\n";
  return {{"the program", build.at("binary_sha256").dump()},
          {"the definition", work.definition.sha256},
          {"its cells", cells},
          {"the seed", std::to_string(work.definition.seed)},
          {"the CPU", machine.at("cpu").dump()},
          {"its caches", machine.at("cache_bytes").dump()},
          {"the BLAS", build.at("blas").dump()},
          {"MPI", mpi_version()}};
}

int run_rank(Work& work, Exchange& exchange) {
  require(static_cast<std::size_t>(exchange.size()) == work.settings.ranks,
          "--ranks {}: mpirun has started {}", work.settings.ranks,
          exchange.size());
  const Place place = this_place();
  require_alike(exchange, identity_of(work), place.host);
  const int threads = work.settings.thread_counts.front();
  if (work.settings.untimed.empty()) require_room(exchange, place, threads);
  set_threads(threads);
  RankAtWork rank(exchange, work.cells, work.definition.seed,
                  bytes_given_to_mpi);
  if (exchange.rank() > 0) {
    follow(exchange, rank);
    return 0;
  }
  // Ranks beside this one take as much.
  if (work.definition.budget_memory == 0) {
    work.definition.budget_memory = available_memory() / work.settings.ranks;
  }
  RankCrew crew(exchange, work.cells, rank);
  work.settings.crew = &crew;
  return run_experiment(work.definition, work.settings);
}

// mpirun has much to say of a rank that ends by another status than 0.
int told(const RankArguments& a, bool is_first, int status) {
  if (a.status_file.empty()) return status;
  if (is_first) replace_file(a.status_file, std::to_string(status) + "\n");
  return 0;
}

int run(RankArguments& a) {
  const double patience = seconds_from("--patience", a.patience);
  Work work = work_of(a);
  if (a.rehearse) return 0;
  MpiExchange exchange(patience);
  const bool is_first = exchange.rank() == 0;
  try {
    return told(a, is_first, run_rank(work, exchange));
  } catch (const Error& error) {
    if (is_first) fmt::print(stderr, "ranks: {}\n", error.what());
    return told(a, is_first, 2);
  } catch (const std::exception& error) {
    end_all_ranks(fmt::format("rank {}: {}", exchange.rank(), error.what()));
  }
}

int main(int argc, char** argv) {
  // Rank 0 heeds them; the others follow it to the end.
  note_interruptions_handed_on();
  const std::vector<std::string> words(argv + 1, argv + argc);
  RankArguments arguments;
  arguments.run.settings.command_line = words;
  arguments.run.settings.code = nlohmann::json::parse(kMeasuredCode);
  CLI::App app("Runs an experiment over ranks, which share the inputs out.");
  declare(app, arguments);
  return run_command(app, words, [&] { return run(arguments); });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::match_blas_to_build(argv);
  return suite::main(argc, argv);
}
