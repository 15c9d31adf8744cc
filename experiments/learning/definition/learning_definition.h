// A learning experiment, as its file says it. One file, one experiment:
//
//   shows = "What it shows, in one sentence."
//   task = "digits"                       # training/tasks/task.h
//   contestant = "perceiver"
//   positions = "fourier(bands=4)"        # or none, or learned(channels=32)
//   latents = "learned"                   # or frozen, or identical
//   optimiser = "adamw(weight_decay=0.05)"             # training/recipe.h
//   schedule = "warm_up_cosine(rate=0.002, warm_up=50, steps=600)"
//   clip = 1                              # the gradient's largest norm
//   smoothing = 0                         # of labels
//   embedding = 32                        # channels of a token's vector
//   batch = 64
//   steps = 600                           # fixed beforehand
//   seeds = [1, 2, 3, 4, 5]
//   evaluate_every = 100                  # steps, on held-out examples
//   held_out = 1000                       # so many of them; 0: all
//   [base]                                # M, B, D, H, L
//   M = 16
//   [[sweep]]                             # lists: every combination
//   M = [4, 16]
//   contestant = ["perceiver", "transformer"]
//   [budget]
//   seconds = 60                          # of training, of one learner
//
// What a sweep lists is anything above from task to batch, steps and letters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/learning/definition/learner.h"

namespace suite {

struct LearningDefinition {
  std::string name;  // the file's stem
  std::string text;
  std::string sha256;  // of the text

  std::string shows;
  std::vector<Learner> learners;  // each once
  std::vector<std::uint64_t> seeds = {1};
  std::uint64_t evaluate_every = 100;
  std::uint64_t held_out = 0;  // examples; 0: all
  int threads = 0;             // 0: all cores
  double budget_seconds = 0;   // 0: no limit
};

// Throws Error with file:line:column for an unknown key, a wrong type, a value
// out of range, and for a task, contestant, optimiser, schedule or position that
// is not known.
LearningDefinition read_learning_definition(const std::string& path);

// The same, of a text that was read before; `path` names it in errors.
LearningDefinition parse_learning_definition(const std::string& path,
                                             const std::string& text);

}  // namespace suite
