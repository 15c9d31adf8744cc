// Ten whole steps of a small Perceiver, forward to update, against where
// PyTorch and optax went from the same weights: see make_trajectories.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "contract/golden/formula.h"
#include "contract/registry.h"
#include "training/tasks/task.h"
#include "training/trainer/trainer.h"

namespace suite {
namespace {

using Json = nlohmann::json;

const Json& trajectories() {
  static const Json kFile = [] {
    std::ifstream file("training/golden/trajectories.json");
    return Json::parse(file);
  }();
  return kFile;
}

std::size_t letter(const char* name) { return trajectories()["model"][name]; }

// A few examples, the same in every batch.
class Fixed : public Task {
 public:
  Fixed() {
    const Json& model = trajectories().at("model");
    facts_ = {.name = "fixed",
              .inputs = letter("inputs"),
              .channels = letter("channels"),
              .classes = std::vector<std::string>(letter("classes")),
              .masked = true};
    labels_ = model.at("labels").get<std::vector<std::int32_t>>();
    shown_ = model.at("shown").get<std::vector<std::size_t>>();
    input_ = golden::uniform("input",
                             labels_.size() * facts_.inputs * facts_.channels);
  }

  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split) const override { return labels_.size(); }

  void fill(Split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override {
    const std::size_t values = facts_.inputs * facts_.channels;
    examples.input.resize({numbers.size(), facts_.inputs, facts_.channels});
    examples.mask.resize({numbers.size(), facts_.inputs});
    examples.labels.resize(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::size_t number = numbers[i];
      std::copy_n(input_.begin() + static_cast<long>(number * values), values,
                  examples.input.data() + i * values);
      for (std::size_t n = 0; n < facts_.inputs; ++n) {
        examples.mask(i, n) = n < shown_[number];
      }
      examples.labels[i] = labels_[number];
    }
  }

 private:
  TaskFacts facts_;
  std::vector<std::int32_t> labels_;
  std::vector<std::size_t> shown_;
  std::vector<double> input_;
};

std::string replaced(std::string name, const std::string& end,
                     const std::string& by) {
  if (!name.ends_with(end)) return name;
  return name.substr(0, name.size() - end.size()) + by;
}

// A parameter's name as PyTorch has it; and f(our index, theirs) for its
// values: maps are [out, in].
std::string torch_name(const std::string& ours) {
  return replaced(replaced(ours, ".scale", ".weight"), ".offset", ".bias");
}
template <class T, class F>
void for_each_value(const Parameter<T>& p, const F& f) {
  const bool map = p.name.ends_with(".weight");
  const std::size_t in = p.shape[0], out = map ? p.shape[1] : 1;
  for (std::size_t i = 0; i < p.values.size(); ++i) {
    f(i, map ? i % out * in + i / out : i);
  }
}

template <class T>
void set(const Parameter<T>& p) {
  std::vector<std::size_t> shape = p.shape;
  if (p.name.ends_with(".weight")) std::swap(shape[0], shape[1]);
  const std::vector<float> values = golden::weight(torch_name(p.name), shape);
  for_each_value(p, [&](std::size_t ours, std::size_t theirs) {
    p.values[ours] = static_cast<T>(values.at(theirs));
  });
}

// How far T may go astray: four times as far as the packages did in float, in
// units of T's last place. We go up to 1.7 times as far: a norm, in double.
template <class T>
double allowed(const Json& c, const char* what) {
  const double theirs = c.at("rounding").at(what);
  return 4 * theirs * std::numeric_limits<T>::epsilon() /
         std::numeric_limits<float>::epsilon();
}

template <class T>
void expect_same_trajectory(const Json& c, Keep keep) {
  const Fixed task;
  const ClassifierConfig config{
      .entry = find_contestant(
          "perceiver(sharing=all, qk_channels=6, v_channels=6)"),
      .shape = {.M = letter("latents"),
                .B = letter("blocks"),
                .D = letter("width"),
                .H = letter("heads"),
                .L = 1,
                .batch = task.size(Split::train)}};
  Trainer<T> trainer(
      task, config,
      {.optimiser = parse_recipe(c.at("recipe").get<std::string>()),
       .schedule = parse_schedule(c.at("schedule").get<std::string>()),
       .clip = c.at("clip"),
       .smoothing = c.at("smoothing"),
       .batch = task.size(Split::train),
       .keep = keep});
  trainer.model().for_each_parameter(set<T>);
  const auto losses = c.at("losses").get<std::vector<double>>();
  const auto norms = c.at("norms").get<std::vector<double>>();
  for (std::size_t step = 0; step < losses.size(); ++step) {
    const StepReport report = trainer.step();
    EXPECT_NEAR(report.loss, losses[step], allowed<T>(c, "losses"))
        << "step " << step;
    EXPECT_NEAR(report.gradient_norm, norms[step],
                allowed<T>(c, "norms") * norms[step])
        << "step " << step;
  }
  EXPECT_EQ(trainer.steps(), 10u);
  std::size_t tensors = 0;
  const double most = allowed<T>(c, "parameters");
  trainer.model().for_each_parameter([&](const Parameter<T>& p) {
    // Only rounding moves them, and they move nothing.
    if (p.name.ends_with(".key.bias")) return;
    ++tensors;
    const std::vector<double> values =
        c.at("parameters").at(torch_name(p.name));
    ASSERT_EQ(values.size(), p.values.size()) << p.name;
    for_each_value(p, [&](std::size_t ours, std::size_t theirs) {
      EXPECT_NEAR(p.values[ours], values[theirs], most)
          << p.name << ", value " << ours;
    });
  });
  EXPECT_EQ(tensors, c.at("parameters").size());
}

class Trajectory : public testing::TestWithParam<const char*> {};

TEST_P(Trajectory, IsThatOfThePackages) {
  const Json& c = trajectories().at("cases").at(GetParam());
  for (const Keep keep : {Keep::activations, Keep::recompute}) {
    expect_same_trajectory<double>(c, keep);
    expect_same_trajectory<float>(c, keep);
  }
}

// Or what the steps were to compare wasn't compared.
TEST_P(Trajectory, SomeStepsAreClippedAndTheLossFalls) {
  const Json& c = trajectories().at("cases").at(GetParam());
  int clipped = 0;
  for (const double norm : c.at("norms")) clipped += norm > c.at("clip");
  EXPECT_GT(clipped, 0);
  EXPECT_LT(clipped, 10);
  EXPECT_LT(c.at("losses").back(), c.at("losses").front());
}

INSTANTIATE_TEST_SUITE_P(All, Trajectory, testing::Values("adamw", "lamb"),
                         [](const auto& each) {
                           return std::string(each.param);
                         });

}  // namespace
}  // namespace suite
