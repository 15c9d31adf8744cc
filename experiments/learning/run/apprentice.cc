#include "experiments/learning/run/apprentice.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "experiments/learning/run/latent_files.h"
#include "support/files.h"
#include "training/classifier/model_files.h"
#include "training/latents/look_of_latents.h"
#include "training/trainer/checkpoint.h"

namespace suite {
namespace {

// Enough examples for a mean of where latents look.
constexpr std::uint64_t kLooksOfLatents = 256;

TrainingPlan with_seed(TrainingPlan plan, std::uint64_t seed) {
  plan.seed = seed;
  return plan;
}

}  // namespace

Apprentice::Apprentice(const Task& task, const Learner& learner,
                       std::uint64_t seed, int threads, const Course& course,
                       std::string folder, std::string name)
    : learner_(learner),
      course_(course),
      folder_(std::move(folder)),
      name_(std::move(name)),
      checkpoint_(fmt::format("{}/checkpoints/{}.safetensors", folder_, name_)),
      trainer_(task, learner.config, with_seed(learner.plan, seed)),
      facts_{&learner, contestant_shape(learner.config, task.facts()), threads,
             seed, trainer_.parameters()} {
  if (!std::filesystem::exists(checkpoint_)) return;
  Notes notes = load_checkpoint(checkpoint_, trainer_);
  standing_.step = trainer_.steps();
  standing_.seconds = notes["seconds"];
  standing_.macs = notes["macs"];
  standing_.train_loss = notes["train_loss"];
  standing_.last.gradient_norm = notes["gradient_norm"];
  standing_.last.rate = notes["rate"];
  has_looked_ = true;
}

double Apprentice::left() const {
  if (standing_.step == 0) return -1;
  const double each = standing_.seconds / static_cast<double>(standing_.step);
  const double steps = static_cast<double>(learner_.steps - standing_.step);
  return course_.budget_seconds > 0
             ? std::min(each * steps, course_.budget_seconds - standing_.seconds)
             : each * steps;
}

bool Apprentice::out_of_time() const {
  return course_.budget_seconds > 0 &&
         standing_.seconds >= course_.budget_seconds;
}

bool Apprentice::go_on(Curves& curves, const std::function<void()>& watch) {
  const auto ends = [&] {
    return standing_.step >= learner_.steps || out_of_time();
  };
  try {
    if (has_looked_ && !ends()) {
      train(std::min(learner_.steps,
                     (standing_.step / course_.evaluate_every + 1) *
                         course_.evaluate_every),
            watch);
    }
    look(curves);
    if (ends()) {
      finish(curves);
      return false;
    }
  } catch (const FileError&) {
    throw;  // a full disk is no fault of what learns
  } catch (const Error& error) {
    curves.append(facts_, standing_,
                  {.split = Split::held_out,
                   .status = "failed",
                   .reason = error.what()});
    failed_ = true;
    return false;
  }
  return true;
}

void Apprentice::train(std::uint64_t until,
                       const std::function<void()>& watch) {
  using Clock = std::chrono::steady_clock;
  double loss = 0;
  std::uint64_t steps = 0;
  while (standing_.step < until && !out_of_time()) {
    const auto start = Clock::now();
    standing_.last = trainer_.step();
    standing_.seconds +=
        std::chrono::duration<double>(Clock::now() - start).count();
    standing_.macs += static_cast<double>(standing_.last.macs);
    standing_.step = trainer_.steps();
    loss += standing_.last.loss;
    ++steps;
    standing_.train_loss = loss / static_cast<double>(steps);
    watch();
  }
}

void Apprentice::look(Curves& curves) {
  const std::uint64_t all = trainer_.task().size(Split::held_out);
  held_out_ = trainer_.evaluate(Split::held_out,
                                course_.held_out > 0 ? course_.held_out : all);
  const std::optional<AttentionMaps> maps =
      look_of_latents(learner_.config, trainer_.model(), trainer_.task(),
                      Split::held_out, kLooksOfLatents);
  Look look{Split::held_out, held_out_};
  if (maps) look.latents = maps->specialisation();
  curves.append(facts_, standing_, look);
  save();
  has_looked_ = true;
}

void Apprentice::save() {
  save_checkpoint(checkpoint_, trainer_,
                  {{"seconds", standing_.seconds},
                   {"macs", standing_.macs},
                   {"train_loss", standing_.train_loss},
                   {"gradient_norm", standing_.last.gradient_norm},
                   {"rate", standing_.last.rate}});
}

void Apprentice::finish(Curves& curves) {
  const bool stopped = standing_.step < learner_.steps;
  const std::string status = stopped ? "stopped" : "ok";
  const std::string reason =
      stopped ? fmt::format("{} s of training, as the budget says",
                            course_.budget_seconds)
              : "";
  const std::uint64_t all = trainer_.task().size(Split::test);
  curves.append(facts_, standing_,
                {Split::train, trainer_.evaluate(Split::train, all), {}, status,
                 reason});
  write_latents(folder_, name_, learner_, facts_.seed, trainer_.task(),
                trainer_.model());
  write_model(fmt::format("{}/models/{}", folder_, name_), learner_.config,
              trainer_.task().facts(), trainer_.model());
  test_ = trainer_.evaluate(Split::test, all);
  curves.append(facts_, standing_, {Split::test, test_, {}, status, reason});
}

}  // namespace suite
