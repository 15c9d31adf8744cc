// One thing that learns: a contestant on a task, by a plan. It does so once with
// each seed.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "training/trainer/trainer.h"

namespace suite {

struct Learner {
  std::string task;  // as make_task reads it
  ClassifierConfig config;
  TrainingPlan plan;  // but for the seed
  std::uint64_t steps = 0;
  // What its definition sweeps beside task, contestant and letters.
  std::set<std::string> swept;

  // "perceiver/digits/M=16/B=1/D=64/H=4/L=2/latents=frozen": unique in a run.
  std::string id() const;
};

}  // namespace suite
