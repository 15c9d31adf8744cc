#include "training/optimiser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "primitives/memory.h"
#include "primitives/threads.h"
#include "training/testing.h"

namespace suite {
namespace {

constexpr const char* kRecipes[] = {
    "sgd", "sgd(momentum=0.9, weight_decay=0.1)", "adamw(weight_decay=0.1)",
    "lamb(weight_decay=0.1)"};

// Tensors of several pieces, of less than a vector, and one that is 0.
template <class T>
NamedTensors<T> made_model() {
  NamedTensors<T> model({{"latents", {67, 129}},
                         {"layer.weight", {129, 9}},
                         {"layer.bias", {9}},
                         {"norm.scale", {1}},
                         {"empty", {0, 3}},
                         {"head.weight", {9, 3}}});
  draw<T>(model, 1);
  std::fill_n(model["head.weight"], 27, T(0));
  return model;
}

template <class T>
std::map<std::string, std::vector<T>> state_of(Optimiser<T>& optimiser) {
  std::map<std::string, std::vector<T>> state;
  optimiser.for_each_state([&](const Parameter<T>& each) {
    state[each.name] = {each.values.begin(), each.values.end()};
  });
  return state;
}

template <class T>
void step(Optimiser<T>& optimiser, Encoder<T>& model, double rate = 0.01,
          const Clip& clip = {.factor = 0.5}) {
  const auto gradient = model.copy();
  draw<T>(*gradient, 100 + optimiser.steps());
  Ledger ledger;
  optimiser.update(model, *gradient, rate, clip, ledger);
}

// The definitions, a value and a tensor at a time, in double.
class Naive {
 public:
  explicit Naive(const Recipe& recipe) : recipe_(recipe) {}

  void update(std::vector<double>& p, const std::vector<double>& g, double rate,
              double decay) {
    ++step_;
    first_.resize(p.size());
    second_.resize(p.size());
    std::vector<double> update(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
      double &m = first_[i], &v = second_[i];
      if (recipe_.rule == Recipe::Rule::sgd) {
        update[i] = m = recipe_.momentum * m + g[i] + decay * p[i];
        continue;
      }
      m = recipe_.beta1 * m + (1 - recipe_.beta1) * g[i];
      v = recipe_.beta2 * v + (1 - recipe_.beta2) * g[i] * g[i];
      update[i] = m / (1 - std::pow(recipe_.beta1, step_)) /
                      (std::sqrt(v / (1 - std::pow(recipe_.beta2, step_))) +
                       recipe_.epsilon) +
                  decay * p[i];
    }
    const double ratio =
        recipe_.rule == Recipe::Rule::lamb && norm(p) > 0 && norm(update) > 0
            ? norm(p) / norm(update)
            : 1;
    for (std::size_t i = 0; i < p.size(); ++i) p[i] -= rate * ratio * update[i];
  }

 private:
  static double norm(const std::vector<double>& x) {
    return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  }

  Recipe recipe_;
  double step_ = 0;
  std::vector<double> first_, second_;
};

template <class T>
class OptimiserTest : public testing::Test {
 protected:
  ~OptimiserTest() override { set_threads(threads_); }

 private:
  const int threads_ = threads();
};
TYPED_TEST_SUITE(OptimiserTest, Scalars);

TYPED_TEST(OptimiserTest, DoesWhatItsDefinitionSays) {
  constexpr bool kFloat = std::is_same_v<TypeParam, float>;
  for (const char* text : kRecipes) {
    const Recipe recipe = parse_recipe(text);
    auto model = made_model<TypeParam>();
    Optimiser<TypeParam> optimiser(recipe, model);
    std::map<std::string, std::vector<double>> expected;
    std::map<std::string, Naive> naive;
    for (const auto& [name, values] : values_of<TypeParam>(model)) {
      expected[name] = {values.begin(), values.end()};
      naive.emplace(name, recipe);
    }
    for (int i = 0; i < 4; ++i) {
      const auto gradient = model.copy();
      draw<TypeParam>(*gradient, 100 + optimiser.steps());
      gradient->for_each_parameter([&](const Parameter<TypeParam>& each) {
        std::vector<double> g;
        for (const TypeParam value : each.values) g.push_back(0.5 * value);
        naive.at(each.name).update(
            expected[each.name], g, 0.01,
            each.shape.size() > 1 ? recipe.weight_decay : 0);
      });
      step<TypeParam>(optimiser, model);
    }
    for (const auto& [name, values] : values_of<TypeParam>(model)) {
      for (std::size_t v = 0; v < values.size(); ++v) {
        ASSERT_NEAR(values[v], expected[name][v], kFloat ? 4e-6 : 1e-14)
            << text << " " << name << " " << v;
      }
    }
  }
}

TYPED_TEST(OptimiserTest, HasTheSameBitsForEveryNumberOfThreads) {
  for (const char* text : kRecipes) {
    std::map<std::string, std::vector<TypeParam>> parameters, state;
    for (const int count : {1, 2, 3, 4}) {
      set_threads(count);
      auto model = made_model<TypeParam>();
      Optimiser<TypeParam> optimiser(parse_recipe(text), model);
      for (int i = 0; i < 3; ++i) step<TypeParam>(optimiser, model);
      if (count == 1) {
        parameters = values_of<TypeParam>(model);
        state = state_of(optimiser);
      }
      EXPECT_TRUE(same_bits(values_of<TypeParam>(model), parameters))
          << text << count;
      EXPECT_TRUE(same_bits(state_of(optimiser), state)) << text << count;
    }
  }
}

TYPED_TEST(OptimiserTest, HoldsItsMomentsAndAllocatesNothingMore) {
  for (const char* text : kRecipes) {
    const Recipe recipe = parse_recipe(text);
    auto model = made_model<TypeParam>();
    const auto gradient = model.copy();
    const std::int64_t held = MemoryMeter::held();
    Optimiser<TypeParam> optimiser(recipe, model);
    std::int64_t bytes = 0;
    model.for_each_parameter([&](const Parameter<TypeParam>& each) {
      bytes += static_cast<std::int64_t>(each.values.size_bytes());
    });
    EXPECT_EQ(MemoryMeter::held() - held, recipe.moments() * bytes) << text;
    Ledger ledger;
    const std::int64_t before = MemoryMeter::allocations();
    optimiser.update(model, *gradient, 0.1, Clip(), ledger);
    optimiser.update(model, *gradient, 0.1, Clip(), ledger);
    EXPECT_EQ(MemoryMeter::allocations(), before) << text;
  }
}

TYPED_TEST(OptimiserTest, BooksEachValueOnceAPass) {
  constexpr std::uint64_t kValues = 67 * 129 + 129 * 9 + 9 + 1 + 27;
  const std::map<std::string, std::uint64_t> moved = {
      {"sgd", 3}, {"sgd(momentum=0.9)", 5}, {"adamw", 7}, {"lamb", 10}};
  for (const auto& [text, values] : moved) {
    auto model = made_model<TypeParam>();
    const auto before = values_of<TypeParam>(model);
    Optimiser<TypeParam> optimiser(parse_recipe(text), model);
    const Work expected{.bytes_moved = values * kValues * sizeof(TypeParam)};
    Ledger counting(Ledger::Mode::count_only);
    optimiser.update(model, model, 0.1, Clip(), counting);
    EXPECT_EQ(counting.counted()[Part::update], expected) << text;
    EXPECT_TRUE(same_bits(values_of<TypeParam>(model), before)) << text;
    EXPECT_EQ(optimiser.steps(), 0u);
    Ledger ledger;
    optimiser.update(model, *model.copy(), 0.1, Clip(), ledger);
    EXPECT_EQ(ledger.counted()[Part::update], expected) << text;
    EXPECT_EQ(ledger.counted().total(), expected) << text;
    EXPECT_FALSE(same_bits(values_of<TypeParam>(model), before)) << text;
  }
}

// One that stops, is written, read and goes on ends where one does that goes
// on.
TYPED_TEST(OptimiserTest, ItsStateIsAValueThatCanBeWrittenAndRead) {
  for (const char* text : kRecipes) {
    auto model = made_model<TypeParam>();
    Optimiser<TypeParam> optimiser(parse_recipe(text), model);
    for (int i = 0; i < 2; ++i) step<TypeParam>(optimiser, model);
    const auto written = state_of(optimiser);

    Optimiser<TypeParam> copied = optimiser;
    Optimiser<TypeParam> read(parse_recipe(text), model);
    read.for_each_state([&](const Parameter<TypeParam>& each) {
      const auto& values = written.at(each.name);
      ASSERT_EQ(values.size(), each.values.size()) << each.name;
      std::copy(values.begin(), values.end(), each.values.begin());
    });
    const auto of_copied = model.copy(), of_read = model.copy();
    for (int i = 0; i < 2; ++i) step<TypeParam>(optimiser, model);
    EXPECT_TRUE(same_bits(state_of(copied), written)) << text;
    for (int i = 0; i < 2; ++i) step<TypeParam>(copied, *of_copied);
    for (int i = 0; i < 2; ++i) step<TypeParam>(read, *of_read);
    const auto expected = values_of<TypeParam>(model);
    EXPECT_EQ(read.steps(), 4u);
    EXPECT_TRUE(same_bits(values_of<TypeParam>(*of_copied), expected)) << text;
    EXPECT_TRUE(same_bits(values_of<TypeParam>(*of_read), expected)) << text;
  }
}

TYPED_TEST(OptimiserTest, ItsStateIsNamedAndShapedAsParametersAre) {
  NamedTensors<TypeParam> model({{"a.weight", {2, 3}}, {"b", {4}}});
  const auto names = [&](const char* text) {
    Optimiser<TypeParam> optimiser(parse_recipe(text), model);
    std::string seen;
    optimiser.for_each_state([&](const Parameter<TypeParam>& each) {
      seen += each.name + " ";
      std::size_t size = 1;
      for (const std::size_t extent : each.shape) size *= extent;
      EXPECT_EQ(each.values.size(), size) << each.name;
    });
    return seen;
  };
  EXPECT_EQ(names("sgd"), "steps ");
  EXPECT_EQ(names("sgd(momentum=0.5)"), "steps a.weight.momentum b.momentum ");
  EXPECT_EQ(names("lamb"),
            "steps a.weight.first_moment a.weight.second_moment "
            "b.first_moment b.second_moment ");
}

TYPED_TEST(OptimiserTest, WhatDecaysIsTheCallersToSay) {
  NamedTensors<TypeParam> model({{"weight", {2, 3}}, {"bias", {4}}});
  const auto shrinks = [&](const Decays<TypeParam>& decays) {
    draw<TypeParam>(model, 1);
    const auto before = values_of<TypeParam>(model);
    Optimiser<TypeParam> optimiser(parse_recipe("adamw(weight_decay=1)"), model,
                                   decays);
    NamedTensors<TypeParam> zero({{"weight", {2, 3}}, {"bias", {4}}});
    Ledger ledger;
    optimiser.update(model, zero, 0.5, Clip(), ledger);
    const auto after = values_of<TypeParam>(model);
    std::string names;
    for (const auto& [name, values] : after) {
      if (values[0] == before.at(name)[0] / 2) names += name + " ";
    }
    return names;
  };
  EXPECT_EQ(shrinks(decays_with_two_axes<TypeParam>), "weight ");
  EXPECT_EQ(shrinks([](const auto& each) { return each.name == "bias"; }),
            "bias ");
}

TYPED_TEST(OptimiserTest, RefusesWhatDoesNotFitAndLeavesAllAsItWas) {
  auto model = made_model<TypeParam>();
  const auto before = values_of<TypeParam>(model);
  Optimiser<TypeParam> optimiser(parse_recipe("adamw"), model);
  const auto state = state_of(optimiser);
  const auto error = [&](Encoder<TypeParam>& gradient, double rate,
                         const Clip& clip) {
    Ledger ledger;
    return error_of(
        [&] { optimiser.update(model, gradient, rate, clip, ledger); });
  };
  NamedTensors<TypeParam> few({{"latents", {67, 129}}});
  EXPECT_EQ(error(few, 1, Clip()),
            "the gradient has 1 parameters, the optimiser's state is of 6");
  NamedTensors<TypeParam> other({{"latents", {67, 129}},
                                 {"layer.weight", {9, 129}},
                                 {"layer.bias", {9}},
                                 {"norm.scale", {1}},
                                 {"empty", {0, 3}},
                                 {"head.weight", {9, 3}}});
  EXPECT_EQ(error(other, 1, Clip()),
            "parameter 1 of the gradient is layer.weight[9, 129], the "
            "optimiser's state is of layer.weight[129, 9]");
  EXPECT_EQ(error(model, -1, Clip()),
            "learning rate = -1: must be finite and not below 0");
  EXPECT_NE(error(model, NAN, Clip()), "");
  EXPECT_EQ(error(model, 1, {.factor = NAN}),
            "factor of the gradient = nan: must be finite and not below 0");
  EXPECT_NE(error_of([&] {
              optimiser.for_each_state([](const Parameter<TypeParam>& each) {
                if (each.name == "steps") each.values[0] = TypeParam(0.5);
              });
            }),
            "");
  EXPECT_TRUE(same_bits(values_of<TypeParam>(model), before));
  EXPECT_TRUE(same_bits(state_of(optimiser), state));
}

// As a training step has it: the norm is taken first, and finds it.
TYPED_TEST(OptimiserTest, AGradientThatIsNotFiniteLeavesParametersAlone) {
  auto model = made_model<TypeParam>();
  const auto before = values_of<TypeParam>(model);
  Optimiser<TypeParam> optimiser(parse_recipe("lamb"), model);
  NamedTensors<TypeParam> gradient = made_model<TypeParam>();
  gradient["layer.weight"][10] = NAN;
  Ledger ledger;
  EXPECT_EQ(error_of([&] {
              optimiser.update(
                  model, gradient, 0.1,
                  clip_by_global_norm<TypeParam>(gradient, 1, ledger), ledger);
            }),
            "the gradient of layer.weight[1, 1] is nan: must be finite");
  EXPECT_TRUE(same_bits(values_of<TypeParam>(model), before));
  EXPECT_EQ(optimiser.steps(), 0u);
}

}  // namespace
}  // namespace suite
