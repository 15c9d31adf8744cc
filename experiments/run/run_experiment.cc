#include "experiments/run/run_experiment.h"

#include <algorithm>

#include "experiments/machine/machine.h"
#include "experiments/rows/manifest.h"
#include "experiments/run/dry_run.h"
#include "experiments/run/errors.h"
#include "experiments/run/runner.h"
#include "experiments/run/summary.h"
#include "primitives/threads.h"
#include "support/files.h"
#include "support/interruption.h"

namespace suite {
namespace {

// A run from its start, or from where it was left, to its end: what goes on
// around its cells.
class Sitting {
 public:
  Sitting(const Definition& definition, const RunSettings& settings,
          const std::vector<Cell>& cells, const std::vector<int>& thread_counts,
          Manifest manifest)
      : definition_(definition),
        settings_(settings),
        cells_(cells),
        thread_counts_(thread_counts),
        manifest_(std::move(manifest)),
        folder_(manifest_.folder()),
        journal_(folder_, !settings.place.resume.empty()),
        identity_{definition.name, definition.sha256, manifest_.run_id()} {}

  int run() {
    tell_folder(settings_.place, manifest_);
    Outcomes outcomes(identity_, folder_, journal_, progress_);
    Runner runner(definition_, cells_, settings_.shard, *settings_.crew,
                  outcomes, accounts_, progress_);
    if (journal_.dropped() > 0) {
      fmt::print(stderr, "notice: dropped {} incomplete lines of {}/cells.csv\n",
                 journal_.dropped(), folder_);
    }
    for (const std::string& warning : machine_warnings(most_threads())) {
      manifest_.warn(warning);
    }
    const Calibrations before = calibrate_now("before");
    runner.check_and_count(before);
    if (settings_.untimed.empty()) {
      runner.time(settings_.benchmark_flags);
    } else {
      runner.leave_untimed(settings_.untimed);
    }
    progress_.clear();
    if (interruption() != 0) return leave(before);
    write_errors();
    const Calibrations after = calibrate_now("after");
    finish_manifest();
    show_table(before, after);
    return report_failures();
  }

 private:
  int most_threads() const { return thread_counts_.back(); }

  Calibrations calibrate_now(const char* when) {
    const Spent spent(accounts_.calibration, progress_);
    progress_.show(0, cells_.size(), "calibrating", -1);
    const Calibrations calibrations =
        calibrate(definition_.scalar, thread_counts_);
    manifest_.calibrated(when, calibrations);
    manifest_.save();
    return calibrations;
  }

  // Of cells that passed their check, this time or before. Threads change no
  // answer.
  void write_errors() {
    if (definition_.error_patterns.empty()) return;
    const Spent spent(accounts_.checks, progress_);
    progress_.show(cells_.size(), cells_.size(), "errors", -1);
    std::vector<const Cell*> sound;
    for (const Cell& cell : cells_) {
      if (cell.threads != most_threads()) continue;
      if (journal_.finished(cell.id, settings_.shard.index)) {
        sound.push_back(&cell);
      }
    }
    replace_file(folder_ + "/errors.csv",
                 errors_csv(identity_, definition_, sound));
  }

  // A peak is the most that was seen.
  void show_table(const Calibrations& before, const Calibrations& after) const {
    std::map<int, double> peaks;
    for (const int threads : thread_counts_) {
      peaks[threads] = std::max(before.at(threads).gemm_flops_per_second,
                                after.at(threads).gemm_flops_per_second);
    }
    fmt::print("{}", summary(definition_, cells_, journal_.rows(), peaks));
    fmt::print("\n{} rows in {}\n", journal_.rows().size(), folder_);
  }

  // With a manifest of a run that has not ended.
  int leave(const Calibrations& before) const {
    show_table(before, before);
    fmt::print(stderr, "interrupted: --resume {} goes on\n", folder_);
    return interruption();
  }

  void finish_manifest() {
    manifest_.finished({{"wall_seconds", progress_.elapsed()},
                        {"calibration_seconds", accounts_.calibration},
                        {"check_seconds", accounts_.checks},
                        {"build_seconds", accounts_.builds},
                        {"warm_up_seconds", accounts_.warm_up},
                        {"timed_seconds", accounts_.timed}});
    manifest_.save();
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
  const std::vector<Cell>& cells_;
  const std::vector<int>& thread_counts_;
  Manifest manifest_;
  std::string folder_;
  Journal journal_;
  RunIdentity identity_;
  Accounts accounts_;
  Progress progress_;
};

}  // namespace

int run_experiment(const Definition& definition, const RunSettings& settings) {
  std::vector<int> thread_counts = settings.thread_counts;
  if (thread_counts.empty()) {
    thread_counts = {definition.threads > 0 ? definition.threads
                                            : set_all_threads()};
  }
  const std::vector<Cell> cells =
      chosen_cells(definition, thread_counts, settings.filter, settings.ranks);
  if (settings.dry_run) {
    print_plan(definition, cells, settings.shard, thread_counts);
    return 0;
  }
  set_threads(thread_counts.back());  // refused before there is a folder
  if (settings.ranks == 0) note_interruptions();
  Undertaking what = undertaking(definition, thread_counts,
                                      settings.ranks, settings.shard);
  what.code = settings.code;
  return Sitting(definition, settings, cells, thread_counts,
                 Manifest::open(settings.place, what, settings.command_line))
      .run();
}

}  // namespace suite
