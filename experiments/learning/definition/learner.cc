#include "experiments/learning/definition/learner.h"

#include <map>

namespace suite {
namespace {

// What else a sweep may list, as it was written there.
std::map<std::string, std::string> settings_of(const Learner& learner) {
  const TrainingPlan& plan = learner.plan;
  return {{"positions", learner.config.positions.text()},
          {"latents", std::string(name_of(plan.latents))},
          {"optimiser", plan.optimiser.text()},
          {"schedule", plan.schedule.text()},
          {"clip", fmt::format("{:g}", plan.clip)},
          {"smoothing", fmt::format("{:g}", plan.smoothing)},
          {"embedding", std::to_string(learner.config.embedding)},
          {"batch", std::to_string(plan.batch)},
          {"steps", std::to_string(learner.steps)},
          {"keep", plan.keep == Keep::recompute ? "recompute" : "activations"}};
}

}  // namespace

std::string Learner::id() const {
  std::string id = config.entry.name() + "/" + task;
  const Facts& facts = config.entry.contestant->facts;
  for (const char* letter : {"M", "B", "D", "H", "L"}) {
    if (!facts.reads(letter)) continue;
    id += fmt::format("/{}={}", letter, dimension(config.shape, letter));
  }
  const auto settings = settings_of(*this);
  for (const std::string& key : swept) {
    const auto found = settings.find(key);
    if (found != settings.end()) id += "/" + key + "=" + found->second;
  }
  return id;
}

}  // namespace suite
