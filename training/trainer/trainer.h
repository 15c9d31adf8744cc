// Gradient descent: a classifier, its optimiser, and the examples it follows.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "training/classifier/classifier.h"
#include "training/optimiser.h"
#include "training/schedule.h"
#include "training/trainer/example_order.h"

namespace suite {

// What becomes of the latents: a contestant's parameter of that name.
enum class Latents {
  learned,
  frozen,     // stay as they were drawn
  identical,  // begin as copies of the first
};

// "learned", "frozen", "identical".
std::string_view name_of(Latents latents);
// Throws Error for what is none of these.
Latents parse_latents(std::string_view name);

struct TrainingPlan {
  Recipe optimiser = parse_recipe("adamw");
  Schedule schedule = {};
  double clip = 1;       // the gradient's largest norm
  double smoothing = 0;  // of labels
  std::size_t batch = 64;
  Keep keep = Keep::activations;
  Latents latents = Latents::learned;
  std::uint64_t seed = 1;  // of parameters and of the order of examples
};

// What one step found, before it moved.
struct StepReport {
  double loss = 0;  // of its batch
  double gradient_norm = 0;
  double rate = 0;
  std::uint64_t macs = 0;
};

// How good a model is on examples that it didn't learn from.
struct Score {
  double loss = 0;             // mean over labels, in nats, without smoothing
  double accuracy = 0;         // of all labels that are asked for
  std::uint64_t examples = 0;  // that were looked at
};

template <class T>
class Trainer {
 public:
  // With parameters drawn from plan.seed. `task` must outlive it. Throws Error
  // as make_classifier() and ExampleOrder do, and for latents that are to be frozen
  // or identical where the contestant has none.
  Trainer(const Task& task, const ClassifierConfig& config,
          const TrainingPlan& plan);

  // Forward, backward and update on the next batch. Throws Error for a loss or
  // a gradient that is not finite, naming the step, and then leaves parameters
  // and moments as they were. The same bits for every number of threads.
  StepReport step();

  // Over the first `most` examples of a split; over all if it has no more.
  Score evaluate(Split split, std::uint64_t most);

  std::uint64_t steps() const { return optimiser_.steps(); }  // taken so far
  std::uint64_t parameters();  // how many values

  // Visits all that a checkpoint needs: parameters, and the optimiser's state as
  // "optimiser/…".
  void for_each_state(const ParameterVisitor<T>& visit);

  Classifier<T>& model() { return *model_; }
  const Task& task() const { return task_; }

 private:
  // The examples' input, labels and mask, as the model takes them.
  void load(Split split, std::span<const std::uint64_t> numbers);
  const Tensor<T, 3>& input() const;
  bool is_frozen(const Parameter<T>& parameter) const;

  const Task& task_;
  TrainingPlan plan_;
  std::unique_ptr<Classifier<T>> model_;
  std::unique_ptr<Encoder<T>> gradient_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Trace> trace_;
  Optimiser<T> optimiser_;
  ExampleOrder order_;
  Examples examples_;
  Tensor<T, 3> converted_;  // the examples' input, unless T is float
  Tensor<T, 3> d_logits_;
  Ledger ledger_;
};

}  // namespace suite
