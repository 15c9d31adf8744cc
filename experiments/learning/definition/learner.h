// One thing that learns: a contestant on a task, by a plan. It does so once with
// each seed.
#pragma once

#include <cstdint>
#include <string>

#include "training/trainer/trainer.h"

namespace suite {

struct Learner {
  std::string task;  // as make_task reads it
  ClassifierConfig config;
  TrainingPlan plan;  // but for the seed
  std::uint64_t steps = 0;

  // "perceiver/digits/positions=fourier(bands=4)/M=16/…": unique in a run.
  std::string id() const;
};

}  // namespace suite
