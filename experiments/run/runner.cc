#include "experiments/run/runner.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "experiments/run/accounts.h"
#include "experiments/machine/calibration.h"
#include "experiments/run/errors.h"
#include "experiments/rows/journal.h"
#include "experiments/machine/machine.h"
#include "experiments/rows/manifest.h"
#include "experiments/run/planner.h"
#include "experiments/run/precision.h"
#include "experiments/run/prepared_cell.h"
#include "experiments/run/progress.h"
#include "experiments/rows/rows.h"
#include "experiments/run/summary.h"
#include "experiments/run/timing.h"
#include "support/check.h"
#include "support/files.h"
#include "primitives/threads.h"

namespace suite {
namespace {

std::string results_folder(const Definition& definition,
                           const std::string& run_id) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return fmt::format("{}/results/local/{}/{}", workspace ? workspace : ".",
                     definition.name, run_id);
}

class Runner {
 public:
  Runner(const Definition& definition, const RunSettings& settings,
         int threads, std::vector<Cell> cells, Manifest manifest,
         const std::string& folder)
      : definition_(definition),
        settings_(settings),
        threads_(threads),
        cells_(std::move(cells)),
        manifest_(std::move(manifest)),
        folder_(folder),
        journal_(folder, !settings.resume.empty()),
        identity_{definition.name, definition.sha256, manifest_.run_id()},
        memory_limit_(definition.budget_memory > 0
                          ? definition.budget_memory
                          : available_memory() / 5 * 4) {}

  int run() {
    if (journal_.dropped() > 0) {
      fmt::print(stderr, "notice: dropped {} incomplete lines of {}/cells.csv\n",
                 journal_.dropped(), folder_);
    }
    for (const std::string& warning : machine_warnings(threads_)) {
      manifest_.warn(warning);
    }
    const Calibration before = calibrate_now("before");
    prepare(before);
    do {
      time_cells(prepared_, settings_.benchmark_flags,
                 [this](auto&... arguments) { return repeat(arguments...); });
    } while (want_more());
    progress_.clear();
    write_errors();
    const Calibration after = calibrate_now("after");
    manifest_.finished({{"wall_seconds", progress_.elapsed()},
                        {"calibration_seconds", accounts_.calibration},
                        {"check_seconds", accounts_.checks},
                        {"build_seconds", accounts_.builds},
                        {"warm_up_seconds", accounts_.warm_up},
                        {"timed_seconds", accounts_.timed}});
    manifest_.save();
    // A peak is the most that was seen.
    const double peak = std::max(before.gemm_flops_per_second,
                                 after.gemm_flops_per_second);
    fmt::print("{}", summary(definition_, cells_, journal_.rows(), peak));
    fmt::print("\n{} rows in {}\n", journal_.rows().size(), folder_);
    return report_failures();
  }

 private:
  Calibration calibrate_now(const char* when) {
    const Spent spent(accounts_.calibration, progress_);
    progress_.show(0, cells_.size(), "calibrating", -1);
    const Calibration calibration = calibrate(definition_.scalar, threads_);
    manifest_.calibrated(when, calibration);
    manifest_.save();
    return calibration;
  }

  // Checks and counts the cells from the cheapest to the dearest, and keeps
  // those that can be timed.
  void prepare(const Calibration& machine) {
    Planner planner(machine);
    std::vector<const Cell*> order;
    for (const Cell& cell : cells_) {
      if (!journal_.settled(cell.id)) order.push_back(&cell);
    }
    std::stable_sort(order.begin(), order.end(),
                     [this](const Cell* a, const Cell* b) {
                       return flops_of(*a) < flops_of(*b);
                     });
    std::size_t done = 0;
    for (const Cell* cell : order) {
      progress_.show(++done, order.size(), "checking " + cell->id, -1);
      prepare_cell(*cell, planner);
    }
  }

  static std::uint64_t flops_of(const Cell& cell) {
    try {
      return cell.declared().total().flops();
    } catch (const Error&) {
      return 0;  // refused: becomes a row at once
    }
  }

  void prepare_cell(const Cell& cell, Planner& planner) {
    PreparedCell prepared;
    prepared.cell = &cell;
    prepared.repetitions = repetitions_to_do(definition_, cell, journal_);
    if (prepared.repetitions.empty()) return;
    try {
      prepared.declared = cell.declared();
    } catch (const Error& refusal) {
      return skip(cell, refusal.what(), nullptr);
    }
    const std::string too_much =
        excess(planner.seconds(cell, prepared.declared), prepared);
    if (!too_much.empty()) return skip(cell, too_much, &prepared.declared);
    try {
      {
        const Spent spent(accounts_.checks, progress_);
        check_answer(cell, definition_.seed);
      }
      warm_up(prepared);
    } catch (const std::exception& error) {
      return fail(cell, error.what(), &prepared.declared);
    }
    planner.learn(cell, prepared.declared, prepared.forward_seconds);
    planned_seconds_ += repetitions_seconds(prepared);
    prepared_.push_back(std::move(prepared));
  }

  // Of cells that passed their check, this time or before.
  void write_errors() {
    if (definition_.error_patterns.empty()) return;
    const Spent spent(accounts_.checks, progress_);
    progress_.show(cells_.size(), cells_.size(), "errors", -1);
    std::vector<const Cell*> sound;
    for (const Cell& cell : cells_) {
      if (journal_.finished(cell.id, 0)) sound.push_back(&cell);
    }
    replace_file(folder_ + "/errors.csv",
                 errors_csv(identity_, definition_, sound));
  }

  // Why a cell can't run, or nothing.
  std::string excess(double forward_seconds,
                     const PreparedCell& prepared) const {
    const std::uint64_t bytes = prepared.declared.bytes_held;
    if (bytes > memory_limit_) {
      return fmt::format("predicted {} bytes exceed the memory budget of {}",
                         bytes, memory_limit_);
    }
    const double limit = definition_.repetition_seconds;
    if (limit > 0 && forward_seconds > limit) {
      return fmt::format("predicted {:.3g} s a repetition exceed the limit of "
                         "{:.3g} s",
                         forward_seconds, limit);
    }
    const double left =
        definition_.budget_seconds - progress_.elapsed() - planned_seconds_;
    // Once more for the warm-up.
    const double all = forward_seconds *
                       static_cast<double>(1 + prepared.repetitions.size());
    if (all > left) {
      return fmt::format("predicted {:.3g} s exceed the {:.3g} s left of the "
                         "budget of {:.3g} s",
                         all, std::max(0.0, left), definition_.budget_seconds);
    }
    return "";
  }

  void warm_up(PreparedCell& prepared) {
    bring_to_life(prepared);
    const Spent spent(accounts_.warm_up, progress_);
    first_forward(prepared);
  }

  // Builds the cell, or finds it built; others make room.
  void bring_to_life(PreparedCell& prepared) {
    if (prepared.live) return;
    const Spent spent(accounts_.builds, progress_);
    std::uint64_t held = prepared.declared.bytes_held;
    for (const PreparedCell& other : prepared_) {
      if (other.live) held += other.live->bytes();
    }
    for (PreparedCell& other : prepared_) {
      if (held <= memory_limit_) break;
      if (!other.live) continue;
      held -= other.live->bytes();
      other.live.reset();
    }
    prepared.live = make_live(*prepared.cell, definition_.seed);
  }

  double repetitions_seconds(const PreparedCell& prepared) const {
    const double warm =
        prepared.forward_seconds < kWarmUpSeconds ? prepared.forward_seconds
                                                  : 0;
    return static_cast<double>(prepared.repetitions.size()) *
           (prepared.repetition_seconds() + warm);
  }

  // Gives cells whose interval is too wide more repetitions, while the budget
  // lasts.
  bool want_more() {
    bool more = false;
    for (PreparedCell& prepared : prepared_) {
      if (journal_.settled(prepared.cell->id)) continue;
      prepared.repetitions =
          repetitions_to_do(definition_, *prepared.cell, journal_);
      const double seconds = repetitions_seconds(prepared);
      if (progress_.elapsed() + planned_seconds_ + seconds >
          definition_.budget_seconds) {
        prepared.repetitions.clear();
      }
      planned_seconds_ += repetitions_seconds(prepared);
      more |= !prepared.repetitions.empty();
    }
    return more;
  }

  // One repetition, as Google Benchmark asks for it.
  std::string repeat(PreparedCell& prepared,
                     const std::function<bool()>& keep_running,
                     const std::function<void(double)>& report_seconds) {
    if (prepared.repetitions.empty()) return "not run";  // it failed before
    const Cell& cell = *prepared.cell;
    const int repetition = prepared.repetitions.front();
    progress_.show(cells_.size(), cells_.size(), cell.id, planned_seconds_);
    if (progress_.elapsed() > 1.25 * definition_.budget_seconds) {
      give_up(prepared, repetition);
      return "out of budget";
    }
    try {
      const bool is_new = !prepared.live;
      bring_to_life(prepared);
      // Its buffers are made and their pages touched before anything is timed.
      if (is_new || prepared.forward_seconds < kWarmUpSeconds) {
        const Spent spent(accounts_.warm_up, progress_);
        prepared.live->forward();
      }
      const Spent spent(accounts_.timed, progress_);
      prepared.live->start();
      while (keep_running()) report_seconds(prepared.live->forward());
      const Measurement measured = prepared.live->stop();
      check_measurement(prepared, measured);
      journal_.append(measured_rows(identity_, cell, repetition, measured,
                                    prepared.declared.parameters));
    } catch (const std::bad_alloc&) {
      return stop_cell(prepared, "out of memory");
    } catch (const Error& error) {
      return stop_cell(prepared, error.what());
    }
    prepared.repetitions.erase(prepared.repetitions.begin());
    planned_seconds_ -= prepared.repetition_seconds();
    return "";
  }

  std::string stop_cell(PreparedCell& prepared, const std::string& reason) {
    fail(*prepared.cell, reason, &prepared.declared);
    prepared.repetitions.clear();
    return reason;
  }

  void give_up(PreparedCell& prepared, int repetition) {
    skip(*prepared.cell,
         fmt::format("the budget of {:.3g} s was used up after {} of {} "
                     "repetitions",
                     definition_.budget_seconds, repetition,
                     definition_.repetitions),
         &prepared.declared);
    prepared.repetitions.clear();
  }

  void skip(const Cell& cell, const std::string& reason, const Cost* declared) {
    journal_.append({untimed_row(identity_, cell, "skipped", reason, declared)});
  }

  void fail(const Cell& cell, const std::string& reason, const Cost* declared) {
    journal_.append({untimed_row(identity_, cell, "failed", reason, declared)});
    progress_.clear();
    fmt::print(stderr, "failed: {}: {}\n", cell.id, reason);
  }

  int report_failures() const {
    const auto failed = std::count_if(
        journal_.rows().begin(), journal_.rows().end(),
        [](const Record& row) { return row["status"] == "failed"; });
    if (failed == 0) return 0;
    fmt::print(stderr, "{} cells failed; cells.csv says why\n", failed);
    return 1;
  }

  const Definition& definition_;
  const RunSettings& settings_;
  int threads_;
  std::vector<Cell> cells_;
  Manifest manifest_;
  std::string folder_;
  Journal journal_;
  RunIdentity identity_;
  std::uint64_t memory_limit_;
  std::vector<PreparedCell> prepared_;
  double planned_seconds_ = 0;  // of the repetitions still to do
  Accounts accounts_;
  Progress progress_;
};

// The cells with what they are predicted to take; nothing is run or written.
void print_plan(const Definition& definition, const std::vector<Cell>& cells,
                int threads) {
  const Planner planner(calibrate(definition.scalar, threads));
  fmt::print("{}: {}\n{} cells × {} repetitions\n\n", definition.name,
             definition.shows, cells.size(), definition.repetitions);
  fmt::print("{:>12} {:>12} {:>10}  cell\n", "MACs", "bytes", "seconds");
  for (const Cell& cell : cells) {
    try {
      const Cost cost = cell.declared();
      fmt::print("{:>12.4g} {:>12.4g} {:>10.3g}  {}\n",
                 static_cast<double>(cost.total().macs),
                 static_cast<double>(cost.bytes_held),
                 planner.seconds(cell, cost), cell.id);
    } catch (const Error& refusal) {
      fmt::print("{:>12} {:>12} {:>10}  {}: {}\n", "-", "-", "-", cell.id,
                 refusal.what());
    }
  }
}

}  // namespace

int run_experiment(const Definition& definition, const RunSettings& settings) {
  const int threads =
      definition.threads > 0 ? definition.threads : set_all_threads();
  std::vector<Cell> cells = chosen_cells(definition, threads, settings.filter);
  if (settings.dry_run) {
    print_plan(definition, cells, threads);
    return 0;
  }
  const bool resumes = !settings.resume.empty();
  std::string folder = resumes ? settings.resume : settings.out;
  Manifest manifest =
      resumes ? Manifest::resume(folder, definition, threads)
              : Manifest(folder, definition, threads, settings.command_line);
  if (folder.empty()) {
    folder = results_folder(definition, manifest.run_id());
    manifest.move_to(folder);
  }
  make_folder(folder);
  if (!settings.folder_file.empty()) {
    replace_file(settings.folder_file, folder);
  }
  Runner runner(definition, settings, threads, std::move(cells),
                std::move(manifest), folder);
  return runner.run();
}

}  // namespace suite
