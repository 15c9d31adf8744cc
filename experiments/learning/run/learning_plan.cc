#include "experiments/learning/run/learning_plan.h"

#include <algorithm>
#include <chrono>

#include "experiments/learning/run/curve.h"
#include "experiments/learning/run/task_shelf.h"
#include "training/trainer/trainer.h"

namespace suite {
namespace {

struct Step {
  double macs = 0, seconds = 0;
};

// The second: the first also takes memory from the system.
Step timed_step(const Task& task, const Learner& learner) {
  using Clock = std::chrono::steady_clock;
  Trainer<float> trainer(task, learner.config, learner.plan);
  trainer.step();
  const auto start = Clock::now();
  const StepReport report = trainer.step();
  return {static_cast<double>(report.macs),
          std::chrono::duration<double>(Clock::now() - start).count()};
}

struct Outlook {
  std::size_t curves = 0;  // that would be learned
  std::uint64_t steps = 0;
  double macs = 0, seconds = 0;

  Outlook& operator+=(const Outlook& other) {
    curves += other.curves;
    steps += other.steps;
    macs += other.macs;
    seconds += other.seconds;
    return *this;
  }
};

Outlook outlook_of(const LearningDefinition& definition, const Learner& learner,
                   const Progresses& before, const Task& task) {
  Outlook outlook;
  for (const std::uint64_t seed : definition.seeds) {
    const auto found = before.find({learner.id(), seed});
    const CurveProgress at =
        found == before.end() ? CurveProgress() : found->second;
    if (at.ended) continue;
    ++outlook.curves;
    outlook.steps += learner.steps - std::min(at.step, learner.steps);
  }
  if (outlook.curves == 0) return outlook;
  const Step step = timed_step(task, learner);
  const auto steps = static_cast<double>(outlook.steps);
  outlook.macs = steps * step.macs;
  outlook.seconds = steps * step.seconds;
  if (definition.budget_seconds > 0) {
    outlook.seconds =
        std::min(outlook.seconds, definition.budget_seconds *
                                      static_cast<double>(outlook.curves));
  }
  return outlook;
}

}  // namespace

std::string learning_plan(const LearningDefinition& definition,
                          const std::vector<const Learner*>& learners,
                          const std::string& resume) {
  const Progresses before =
      resume.empty() ? Progresses() : progress_of_curves(resume);
  std::string text = fmt::format(
      "{}: {}\n{} learners × {} seeds\n\n{:>8} {:>12} {:>10}  learner\n",
      definition.name, definition.shows, learners.size(),
      definition.seeds.size(), "steps", "GMACs", "seconds");
  Outlook total;
  std::size_t there = 0;
  TaskShelf tasks;
  for (const Learner* learner : learners) {
    const Outlook outlook =
        outlook_of(definition, *learner, before, tasks[learner->task]);
    total += outlook;
    const std::size_t ended = definition.seeds.size() - outlook.curves;
    there += ended;
    text += fmt::format("{:>8} {:>12.3f} {:>10.3g}  {}", outlook.steps,
                        outlook.macs / 1e9, outlook.seconds, learner->id());
    if (ended > 0) {
      text += fmt::format("  SKIPPED: {} of {} seeds have ended", ended,
                          definition.seeds.size());
    }
    text += "\n";
  }
  return text + fmt::format(
                    "\n{} curves would be learned: {} steps, {:.3f} GMACs in "
                    "about {:.3g} s of training; {} have ended\n",
                    total.curves, total.steps, total.macs / 1e9, total.seconds,
                    there);
}

}  // namespace suite
