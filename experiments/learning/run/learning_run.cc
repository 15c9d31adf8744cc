#include "experiments/learning/run/learning_run.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "experiments/learning/run/apprentice.h"
#include "experiments/learning/run/learning_plan.h"
#include "experiments/learning/run/learning_summary.h"
#include "experiments/learning/run/task_shelf.h"
#include "experiments/machine/machine.h"
#include "experiments/rows/manifest.h"
#include "experiments/run/progress.h"
#include "primitives/threads.h"
#include "support/check.h"
#include "support/files.h"
#include "support/filter.h"
#include "support/interruption.h"

namespace suite {
namespace {

// Often enough for an eye.
constexpr std::uint64_t kStepsBetweenLines = 8;

std::vector<const Learner*> chosen(const LearningDefinition& definition,
                                   const std::string& filter) {
  std::vector<const Learner*> learners;
  const Filter finds(filter);
  for (const Learner& learner : definition.learners) {
    if (finds(learner.id())) learners.push_back(&learner);
  }
  require(!learners.empty(), "--filter {} finds none of the {} learners",
          filter, definition.learners.size());
  return learners;
}

Undertaking undertaking(const LearningDefinition& definition,
                        const std::vector<const Learner*>& learners,
                        int threads) {
  std::set<std::string> contestants;
  for (const Learner* learner : learners) {
    contestants.insert(learner->config.entry.name());
  }
  return {definition.name, definition.sha256, definition.text, contestants,
          {{"threads", threads},
           {"seeds", definition.seeds},
           {"scalar", "float"}}};
}

// All that learn, with all seeds.
class School {
 public:
  School(const LearningDefinition& definition,
         const std::vector<const Learner*>& learners, int threads,
         const std::string& folder, Curves& curves, Progress& progress)
      : definition_(definition),
        learners_(learners),
        threads_(threads),
        folder_(folder),
        curves_(curves),
        progress_(progress) {
    make_folder(folder + "/checkpoints");
  }

  // Those of one seed take turns.
  std::vector<LearningOutcome> run() {
    for (const std::uint64_t seed : definition_.seeds) {
      std::vector<std::unique_ptr<Apprentice>> class_of_seed;
      for (const Learner* learner : learners_) {
        if (curves_.ended(learner->id(), seed)) {
          ++ended_;
          continue;
        }
        class_of_seed.push_back(apprentice(*learner, seed));
      }
      while (!class_of_seed.empty() && !left_) {
        std::erase_if(class_of_seed,
                      [&](auto& each) { return !takes_turn(*each); });
      }
      for (const auto& each : class_of_seed) {
        outcomes_.push_back(outcome_of(*each, false));
      }
      if (left_) break;
    }
    progress_.clear();
    return std::move(outcomes_);
  }

  // Before all had ended?
  bool left() const { return left_; }

 private:
  // Its files are named by where it stands in the definition, whatever --filter
  // leaves out.
  std::unique_ptr<Apprentice> apprentice(const Learner& learner,
                                         std::uint64_t seed) {
    const auto index = &learner - definition_.learners.data();
    return std::make_unique<Apprentice>(
        tasks_[learner.task], learner, seed, threads_,
        Course{definition_.evaluate_every, definition_.held_out,
               definition_.budget_seconds},
        folder_, fmt::format("{}-seed{}", index, seed));
  }

  bool takes_turn(Apprentice& apprentice) {
    if (left_) return true;
    std::uint64_t steps = 0;
    try {
      if (apprentice.go_on(curves_, [&] {
            leave_if_interrupted();
            if (steps++ % kStepsBetweenLines == 0) show(apprentice);
          })) {
        return true;
      }
    } catch (const Interrupted&) {
      left_ = true;  // what it learned since its last look it learns again
      return true;
    }
    ++ended_;
    outcomes_.push_back(outcome_of(apprentice, true));
    return false;
  }

  static LearningOutcome outcome_of(const Apprentice& apprentice, bool ended) {
    return {&apprentice.learner(), apprentice.facts().seed,
            apprentice.standing(),
            ended ? apprentice.test() : apprentice.held_out(),
            apprentice.failed(), ended};
  }

  void show(const Apprentice& apprentice) {
    const Standing& at = apprentice.standing();
    const double examples = static_cast<double>(
        at.step * apprentice.learner().plan.batch);
    progress_.show(
        ended_, learners_.size() * definition_.seeds.size(),
        fmt::format("step {}/{} · loss {:.3f} · {:.1f} % · {:.0f} examples/s "
                    "· {}",
                    at.step, apprentice.learner().steps, at.train_loss,
                    100 * apprentice.held_out().accuracy,
                    examples / at.seconds, apprentice.learner().id()),
        apprentice.left());
  }

  const LearningDefinition& definition_;
  const std::vector<const Learner*>& learners_;
  int threads_;
  std::string folder_;
  Curves& curves_;
  Progress& progress_;
  TaskShelf tasks_;
  std::size_t ended_ = 0;
  bool left_ = false;
  std::vector<LearningOutcome> outcomes_;
};

}  // namespace

int run_learning(const LearningDefinition& definition,
                 const LearningSettings& settings) {
  const std::vector<const Learner*> learners =
      chosen(definition, settings.filter);
  int threads = settings.threads > 0 ? settings.threads : definition.threads;
  threads = threads > 0 ? threads : set_all_threads();
  set_threads(threads);
  if (settings.dry_run) {
    fmt::print("{}",
               learning_plan(definition, learners, settings.place.resume));
    return 0;
  }
  Undertaking what = undertaking(definition, learners, threads);
  what.code = settings.code;
  Manifest manifest =
      Manifest::open(settings.place, what, settings.command_line);
  const std::string& folder = manifest.folder();
  Curves curves(folder, {definition.name, definition.sha256, manifest.run_id()},
                !settings.place.resume.empty());
  tell_folder(settings.place, manifest);
  for (const std::string& warning : machine_warnings(threads)) {
    manifest.warn(warning);
  }
  manifest.save();
  note_interruptions();
  Progress progress;
  School school(definition, learners, threads, folder, curves, progress);
  const std::vector<LearningOutcome> outcomes = school.run();
  if (school.left()) {
    fmt::print("{}\ncurves in {}\n", learning_summary(definition, outcomes),
               folder);
    fmt::print(stderr, "interrupted: --resume {} goes on\n", folder);
    return interruption();
  }
  manifest.finished({{"wall_seconds", progress.elapsed()}});
  manifest.save();
  fmt::print("{}\ncurves in {}\n", learning_summary(definition, outcomes),
             folder);
  const auto failed = std::count_if(outcomes.begin(), outcomes.end(),
                                    [](const auto& each) { return each.failed; });
  if (failed == 0) return 0;
  fmt::print(stderr, "{} learners failed; curves.csv says why\n", failed);
  return 1;
}

}  // namespace suite
