#include "experiments/run/run_experiment.h"

#include <algorithm>
#include <cstdlib>

#include "experiments/machine/machine.h"
#include "experiments/rows/manifest.h"
#include "experiments/run/dry_run.h"
#include "experiments/run/errors.h"
#include "experiments/run/runner.h"
#include "experiments/run/summary.h"
#include "primitives/threads.h"
#include "support/files.h"

namespace suite {
namespace {

std::string results_folder(const Definition& definition,
                           const std::string& run_id) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return fmt::format("{}/results/local/{}/{}", workspace ? workspace : ".",
                     definition.name, run_id);
}

// A run from its start, or from where it was left, to its end: what goes on
// around its cells.
class Sitting {
 public:
  Sitting(const Definition& definition, const RunSettings& settings,
          const std::vector<Cell>& cells, int threads, Manifest manifest,
          const std::string& folder)
      : definition_(definition),
        settings_(settings),
        cells_(cells),
        threads_(threads),
        manifest_(std::move(manifest)),
        folder_(folder),
        journal_(folder, !settings.resume.empty()),
        identity_{definition.name, definition.sha256, manifest_.run_id()} {}

  int run() {
    Outcomes outcomes(identity_, journal_, progress_);
    Runner runner(definition_, cells_, outcomes, accounts_, progress_);
    if (journal_.dropped() > 0) {
      fmt::print(stderr, "notice: dropped {} incomplete lines of {}/cells.csv\n",
                 journal_.dropped(), folder_);
    }
    for (const std::string& warning : machine_warnings(threads_)) {
      manifest_.warn(warning);
    }
    const Calibration before = calibrate_now("before");
    runner.check_and_count(before);
    runner.time(settings_.benchmark_flags);
    progress_.clear();
    write_errors();
    const Calibration after = calibrate_now("after");
    finish_manifest();
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
  int threads_;
  Manifest manifest_;
  std::string folder_;
  Journal journal_;
  RunIdentity identity_;
  Accounts accounts_;
  Progress progress_;
};

}  // namespace

int run_experiment(const Definition& definition, const RunSettings& settings) {
  const int threads =
      definition.threads > 0 ? definition.threads : set_all_threads();
  const std::vector<Cell> cells =
      chosen_cells(definition, threads, settings.filter);
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
  return Sitting(definition, settings, cells, threads, std::move(manifest),
                 folder)
      .run();
}

}  // namespace suite
