#include "training/trainer/trainer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <set>

#include "contract/registry.h"
#include "primitives/threads.h"
#include "support/files.h"
#include "training/classifier/testing.h"
#include "training/trainer/checkpoint.h"
#include "training/trainer/score.h"

namespace suite {
namespace {

TaskFacts facts() {
  return {.name = "largest",
          .inputs = 8,
          .channels = 1,
          .grid = {8},
          .classes = {"0", "1", "2", "3", "4", "5", "6", "7"}};
}

ClassifierConfig config() {
  return {.entry = find_contestant("perceiver"),
          .shape = {.M = 4, .B = 1, .D = 16, .H = 2, .L = 1, .batch = 20},
          .positions = parse_input_positions("fourier(bands=4)")};
}

TrainingPlan plan() {
  return {.schedule = parse_schedule("constant(rate=0.01)"), .batch = 20};
}

using Learner = Trainer<float>;

std::vector<float> state_of(Learner& trainer) {
  std::vector<float> all;
  trainer.for_each_state([&](const Parameter<float>& each) {
    all.insert(all.end(), each.values.begin(), each.values.end());
  });
  return all;
}

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Trainer, Learns) {
  const WhereIsTheLargest task(facts(), 2000);
  Learner trainer(task, config(), plan());
  const Score before = trainer.evaluate(Split::held_out, 500);
  EXPECT_EQ(before.examples, 500u);
  EXPECT_LT(before.accuracy, 0.3);  // it guesses
  EXPECT_GT(before.loss, 1.5);
  while (trainer.steps() < 300) trainer.step();
  const Score after = trainer.evaluate(Split::held_out, 500);
  EXPECT_GT(after.accuracy, 0.6);  // of 8 classes
  EXPECT_LT(after.loss, 1);
}

TEST(Trainer, HasTheSameBitsForEveryNumberOfThreads) {
  const WhereIsTheLargest task(facts());
  const int before = threads();
  std::vector<std::vector<float>> states;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Learner trainer(task, config(), plan());
    for (int step = 0; step < 7; ++step) trainer.step();
    states.push_back(state_of(trainer));
  }
  set_threads(before);
  EXPECT_EQ(states[0], states[1]);
  EXPECT_EQ(states[0], states[2]);
}

TEST(Trainer, EvaluatingChangesNothing) {
  const WhereIsTheLargest task(facts());
  Learner one(task, config(), plan()), other(task, config(), plan());
  for (int step = 0; step < 5; ++step) {
    one.step();
    one.evaluate(Split::test, 30);
    other.step();
  }
  EXPECT_EQ(state_of(one), state_of(other));
}

std::vector<float> latents_of(Learner& trainer) {
  std::vector<float> latents;
  trainer.model().for_each_parameter([&](const Parameter<float>& each) {
    if (each.name == "latents") {
      latents.assign(each.values.begin(), each.values.end());
    }
  });
  return latents;
}

TEST(Trainer, FrozenLatentsStay) {
  const WhereIsTheLargest task(facts());
  for (const char* optimiser : {"adamw(weight_decay=0.1)", "lamb", "sgd"}) {
    TrainingPlan frozen = plan();
    frozen.latents = Latents::frozen;
    frozen.optimiser = parse_recipe(optimiser);
    Learner trainer(task, config(), frozen);
    const std::vector<float> before = latents_of(trainer);
    ASSERT_EQ(before.size(), 4u * 16);
    for (int step = 0; step < 5; ++step) trainer.step();
    EXPECT_EQ(latents_of(trainer), before) << optimiser;
    TrainingPlan learned = frozen;
    learned.latents = Latents::learned;
    Learner other(task, config(), learned);
    for (int step = 0; step < 5; ++step) other.step();
    EXPECT_NE(latents_of(other), before) << optimiser;
  }
}

// Each sees the same, asks the same and is told the same: M latents are 1.
TEST(Trainer, IdenticalLatentsStayOne) {
  const WhereIsTheLargest task(facts());
  TrainingPlan identical = plan();
  identical.latents = Latents::identical;
  Trainer<double> many(task, config(), identical);
  for (int step = 0; step < 20; ++step) many.step();
  std::vector<double> rows;
  many.model().for_each_parameter([&](const Parameter<double>& each) {
    if (each.name == "latents") {
      rows.assign(each.values.begin(), each.values.end());
    }
  });
  ASSERT_EQ(rows.size(), 4u * 16);
  double moved = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(rows[i], rows[i % 16], 1e-12);
    moved = std::max(moved, std::abs(rows[i]));
  }
  EXPECT_GT(moved, 0.05);  // they did learn
}

TEST(Trainer, LatentsAreAskedOfWhatHasThem) {
  EXPECT_EQ(error_of([] { parse_latents("cold"); }),
            "latents = cold: allowed are learned, frozen, identical");
  EXPECT_EQ(parse_latents("frozen"), Latents::frozen);
}

// A task whose inputs come in another order, with their places.
class Reordered : public Task {
 public:
  explicit Reordered(const Task& task) : task_(task), facts_(task.facts()) {
    for (std::size_t n = 0; n < facts_.inputs; ++n) {
      facts_.places.push_back(static_cast<std::uint32_t>((3 * n + 5) % 8));
    }
  }
  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split split) const override { return task_.size(split); }
  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override {
    Examples in_order;
    task_.fill(split, numbers, in_order);
    examples = in_order;
    for (std::size_t b = 0; b < numbers.size(); ++b) {
      for (std::size_t n = 0; n < facts_.inputs; ++n) {
        examples.input(b, n, 0) = in_order.input(b, facts_.places[n], 0);
      }
    }
  }

 private:
  const Task& task_;
  TaskFacts facts_;
};

// What Perceiver's Table 2 measures as equal accuracies, exactly.
TEST(Trainer, PermutedInputsCostNothing) {
  const WhereIsTheLargest task(facts());
  const Reordered reordered(task);
  Trainer<double> one(task, config(), plan());
  Trainer<double> other(reordered, config(), plan());
  for (int step = 0; step < 20; ++step) {
    const double loss = one.step().loss;
    EXPECT_NEAR(other.step().loss, loss, 1e-9 * loss) << step;
  }
}

class Checkpoint : public testing::Test {
 protected:
  std::string path_ = testing::TempDir() + "checkpoint.safetensors";
  WhereIsTheLargest task_{facts()};
};

TEST_F(Checkpoint, GoesOnToTheSameBits) {
  Learner whole(task_, config(), plan());
  for (int step = 0; step < 15; ++step) whole.step();
  Learner first(task_, config(), plan());
  for (int step = 0; step < 6; ++step) first.step();
  save_checkpoint(path_, first, {{"seconds", 12.345678901234567}});
  TrainingPlan other = plan();
  Learner second(task_, config(), other);
  second.step();
  EXPECT_EQ(load_checkpoint(path_, second),
            (Notes{{"seconds", 12.345678901234567}}));
  EXPECT_EQ(second.steps(), 6u);
  while (second.steps() < 15) second.step();
  EXPECT_EQ(state_of(second), state_of(whole));
}

TEST_F(Checkpoint, OfAnotherModelIsRefused) {
  Learner trainer(task_, config(), plan());
  save_checkpoint(path_, trainer, {});
  ClassifierConfig wider = config();
  wider.shape.D = 32;
  Learner another(task_, wider, plan());
  EXPECT_NE(error_of([&] { load_checkpoint(path_, another); }).find(path_),
            std::string::npos);
  TrainingPlan sgd = plan();
  sgd.optimiser = parse_recipe("sgd");
  Learner without_moments(task_, config(), sgd);
  EXPECT_NE(error_of([&] { load_checkpoint(path_, without_moments); })
                .find("is not the model's"),
            std::string::npos);
  replace_file(path_, read_file(path_).substr(0, 500));
  EXPECT_NE(error_of([&] { load_checkpoint(path_, trainer); }), "");
}

TEST(Trainer, StopsAtWhatIsNotFinite) {
  const WhereIsTheLargest task(facts());
  Learner trainer(task, config(), plan());
  for (int step = 0; step < 3; ++step) trainer.step();
  trainer.model().for_each_parameter([](const Parameter<float>& each) {
    if (each.name == "head.bias") {
      each.values[2] = std::numeric_limits<float>::quiet_NaN();
    }
  });
  const std::vector<float> before = state_of(trainer);
  EXPECT_EQ(error_of([&] { trainer.step(); }), "step 3: the loss is nan");
  const std::vector<float> after = state_of(trainer);
  EXPECT_EQ(std::memcmp(after.data(), before.data(),
                        before.size() * sizeof(float)),
            0);
}

// One number times its inputs, whose gradient is none.
template <class T>
class Derails {
 public:
  Derails(const Shape&, const Options&) { factor_.resize({1}); }

  using Workspace = Tensor<T, 3>;
  Workspace workspace() const { return {}; }
  struct Trace {};
  Trace trace(Keep) const { return {}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask&,
                              Workspace& output, Ledger&,
                              Trace* = nullptr) const {
    output = input;
    for (T& value : output) value *= factor_(0);
    return output;
  }
  void backward(const Tensor<T, 3>&, const Mask&, const Tensor<T, 3>&,
                Workspace&, Trace&, Derails& gradient, Tensor<T, 3>*,
                Ledger&) const {
    gradient.factor_(0) = std::numeric_limits<T>::quiet_NaN();
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) {
    visit_tensor(visit, "factor", factor_, Init::ones);
  }

 private:
  Tensor<T, 1> factor_;
};

TEST(Trainer, StopsAtAGradientThatIsNotFinite) {
  Contestant derails{{.name = "derails"}};
  make_with<Derails>(derails);
  const WhereIsTheLargest task(facts());
  Learner trainer(task,
                  {.entry = {&derails, Options("derails", {}, {})},
                   .shape = {.D = 1, .batch = 20}},
                  plan());
  const std::vector<float> before = state_of(trainer);
  EXPECT_EQ(error_of([&] { trainer.step(); }),
            "step 0: the gradient of factor[0] is nan: must be finite");
  EXPECT_EQ(state_of(trainer), before);
}

TEST(ExampleOrder, AnEpochHasEachExampleOnce) {
  ExampleOrder order(10, 4, 1);
  std::multiset<std::uint64_t> seen;
  std::vector<std::uint64_t> all;
  for (std::uint64_t step = 0; step < 5; ++step) {
    const auto& numbers = order.of_step(step);
    ASSERT_EQ(numbers.size(), 4u);
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  for (const auto half : {0, 10}) {
    EXPECT_EQ(std::set<std::uint64_t>(all.begin() + half,
                                      all.begin() + half + 10)
                  .size(),
              10u);
  }
  EXPECT_FALSE(std::equal(all.begin(), all.begin() + 10, all.begin() + 10));
  // A step's examples depend on nothing but its number.
  ExampleOrder again(10, 4, 1);
  EXPECT_EQ(again.of_step(2),
            std::vector<std::uint64_t>(all.begin() + 8, all.begin() + 12));
  EXPECT_NE(ExampleOrder(10, 4, 2).of_step(0), again.of_step(0));
}

TEST(ExampleOrder, BatchesFit) {
  EXPECT_EQ(error_of([] { ExampleOrder(3, 4, 1); }),
            "batch = 4 where there are 3 examples to learn from: at most as "
            "many are allowed");
  ExampleOrder endless(Task::kEndless, 4, 1);
  EXPECT_EQ(endless.of_step(3), (std::vector<std::uint64_t>{12, 13, 14, 15}));
}

TEST(Score, CountsWhatIsAskedFor) {
  Tensor<double, 3> logits;
  logits.resize({1, 3, 2});
  logits(0, 0, 0) = 0, logits(0, 0, 1) = std::log(3);  // 1, with 3/4
  logits(0, 1, 0) = 5, logits(0, 1, 1) = 0;
  logits(0, 2, 0) = 2, logits(0, 2, 1) = 2;  // the first of equals
  const std::vector<std::int32_t> labels{1, -1, 1};
  const LabelScore score = score_labels(logits, labels);
  EXPECT_EQ(score.asked, 2u);
  EXPECT_EQ(score.right, 1u);
  EXPECT_NEAR(score.loss, std::log(4.0 / 3) + std::log(2), 1e-15);
  EXPECT_THROW(score_labels(logits, std::vector<std::int32_t>{0, 0, 2}), Error);
  EXPECT_THROW(score_labels(logits, std::vector<std::int32_t>{0, 0}), Error);
  logits(0, 0, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(score_labels(logits, labels).right, 0u);
}

}  // namespace
}  // namespace suite
