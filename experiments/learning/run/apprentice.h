// A learner with one seed, while it learns: it goes from look to look, and what
// it is after each is kept.
#pragma once

#include <functional>
#include <string>

#include "experiments/learning/run/curve.h"
#include "training/trainer/trainer.h"

namespace suite {

// When to look, and until when to go on.
struct Course {
  std::uint64_t evaluate_every = 100;  // steps
  std::uint64_t held_out = 0;          // examples; 0: all
  double budget_seconds = 0;           // of training; 0: no limit
};

class Apprentice {
 public:
  // Goes on from FOLDER/checkpoints/NAME.safetensors if that exists. `task` must
  // outlive it. Throws Error as Trainer and load_checkpoint() do.
  Apprentice(const Task& task, const Learner& learner, std::uint64_t seed,
             int threads, const Course& course, std::string folder,
             std::string name);

  // Steps to the next look, and looks; the first time only looks. `watch` is
  // called after each step. At the end it looks at all of the test examples,
  // and at as many of those that it learned from. False once it has ended: also
  // for a loss that is not finite, which becomes a row that says so.
  bool go_on(Curves& curves, const std::function<void()>& watch);

  const Learner& learner() const { return learner_; }
  const LearnerFacts& facts() const { return facts_; }
  const Standing& standing() const { return standing_; }
  const Score& held_out() const { return held_out_; }  // of the last look
  const Score& test() const { return test_; }          // at the end
  bool failed() const { return failed_; }
  double left() const;  // seconds of training, at the speed so far; < 0: unknown
  Trainer<float>& trainer() { return trainer_; }

 private:
  void train(std::uint64_t until, const std::function<void()>& watch);
  void look(Curves& curves);
  void finish(Curves& curves);
  void save();
  bool out_of_time() const;

  const Learner& learner_;
  Course course_;
  std::string folder_, name_, checkpoint_;
  Trainer<float> trainer_;
  LearnerFacts facts_;
  Standing standing_;
  Score held_out_, test_;
  bool has_looked_ = false;
  bool failed_ = false;
};

}  // namespace suite
