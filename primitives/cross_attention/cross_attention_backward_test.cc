// The gradients of every way to read inputs, by naive loops and by differences:
// heads, masks, several tiles and ranges; and what they cost and hold.
#include "primitives/cross_attention/cross_attention_backward.h"

#include <gtest/gtest.h>

#include "primitives/central_differences.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/cross_attention/naive_gradients.h"
#include "primitives/cross_attention/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

constexpr CrossAttentionPlan kFolded{.fold_keys = true, .fold_values = true};

// One read and its gradients, again and again.
template <class T>
struct Trial {
  const ReadCase<T>& c;
  CrossAttentionPlan plan;
  Tensor<T, 3> d_output, output, d_queries, d_inputs;
  LayerNorm<T> norm;
  Linear<T> key, value;
  AttentionTrace<T> trace;
  CrossAttention<T> attention{AttentionForm::streaming};
  CrossAttentionBackward<T> backward{AttentionForm::streaming};
  Ledger ledger;

  Trial(const ReadCase<T>& read, const CrossAttentionPlan& p)
      : c(read),
        plan(p),
        d_output(normal_tensor<T, 3>(
            {c.shape.batch, c.shape.latents, c.shape.v_channels}, 3)),
        d_inputs(c.inputs),
        norm(c.shape.channels),
        key(c.shape.channels, c.shape.qk_channels),
        value(c.shape.channels, c.shape.v_channels) {
    clear();
  }

  void clear() {
    d_inputs.fill(T(0));
    const auto zero = [](const Parameter<T>& parameter) {
      std::fill(parameter.values.begin(), parameter.values.end(), T(0));
    };
    norm.for_each_parameter("norm", zero);
    key.for_each_parameter("key", zero);
    value.for_each_parameter("value", zero);
  }

  void forward() {
    attention.forget();
    attention.forward(c.queries, c.inputs, c.mask, c.maps(), c.shape.heads,
                      plan, output, ledger, &trace);
  }
  void differentiate(bool inputs) {
    backward.run({c.queries,
                  c.inputs,
                  c.mask,
                  c.maps(),
                  c.shape.heads,
                  plan,
                  {output, trace, d_output}},
                 {c.shape.normed ? &norm : nullptr, &key, &value}, d_queries,
                 inputs ? &d_inputs : nullptr, ledger);
  }
  Trial& run(bool inputs) {
    forward();
    differentiate(inputs);
    return *this;
  }

  ReadGradients all() const {
    ReadGradients found;
    const auto add = [&](const std::string& name, const auto& values) {
      found[name].assign(values.begin(), values.end());
    };
    add("queries", d_queries);
    add("inputs", d_inputs);
    if (c.shape.normed) add("norm.scale", norm.scale);
    if (c.shape.normed) add("norm.offset", norm.offset);
    add("key.weight", key.weight);
    add("key.bias", key.bias);
    add("value.weight", value.weight);
    add("value.bias", value.bias);
    return found;
  }
};

std::string name(const CrossAttentionShape& s, const CrossAttentionPlan& p) {
  return fmt::format("N {}, M {}, {} heads, {}", s.inputs, s.latents, s.heads,
                     p.text());
}

// Relative to the largest of all: what cancels within one leaves noise.
void expect_near(const ReadGradients& found, const ReadGradients& want,
                 double allowed, const std::string& what) {
  double largest = 1;
  for (const auto& [part, values] : want) {
    for (const double value : values) {
      largest = std::max(largest, std::abs(value));
    }
  }
  for (const auto& [part, values] : found) {
    const std::vector<double>& other = want.at(part);
    ASSERT_EQ(values.size(), other.size()) << part;
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_NEAR(values[i], other[i], allowed * largest)
          << what << ": " << part << ' ' << i;
    }
  }
}

template <class T>
class CrossAttentionBackwardTest : public testing::Test {
 protected:
  ~CrossAttentionBackwardTest() override { set_threads(threads_); }

  // f(case, plan) for all of them, with and without a mask.
  template <class F>
  static void for_each(const F& f) {
    for (const CrossAttentionShape& shape : shapes()) {
      for (const bool masked : {false, true}) {
        ReadCase<T> c(shape);
        if (masked) c.hide();
        for (const CrossAttentionPlan& plan : plans()) f(c, plan);
      }
    }
  }

  static constexpr double kAllowed = 2000 * kEpsilon<T>;

 private:
  int threads_ = threads();
};
TYPED_TEST_SUITE(CrossAttentionBackwardTest, Scalars, ScalarNames);

TYPED_TEST(CrossAttentionBackwardTest, EveryPlanHasTheDefinitionsGradients) {
  this->for_each([&](const auto& c, const CrossAttentionPlan& plan) {
    for (const bool inputs : {false, true}) {
      Trial<TypeParam> trial(c, plan);
      auto want = naive_gradients(c, trial.d_output);
      if (!inputs) want["inputs"].assign(c.inputs.size(), 0.0);
      expect_near(trial.run(inputs).all(), want, this->kAllowed,
                  name(c.shape, plan));
    }
  });
}

// What is added to all keys alike changes no weight: exactly so.
TYPED_TEST(CrossAttentionBackwardTest, TheKeysBiasGetsExactlyNothing) {
  this->for_each([&](const auto& c, const CrossAttentionPlan& plan) {
    Trial<TypeParam> trial(c, plan);
    trial.run(true);
    for (const TypeParam value : trial.key.bias) ASSERT_EQ(value, 0);
  });
}

TYPED_TEST(CrossAttentionBackwardTest, AnExampleThatSeesNothingSaysNothing) {
  using T = TypeParam;
  for (const CrossAttentionPlan& plan : plans()) {
    ReadCase<T> c({3, 17, 33, 7, 6, 10, 2});
    c.hide();
    for (std::size_t n = 0; n < 33; ++n) c.mask(1, n) = 0;
    Trial<T> trial(c, plan);
    const auto want = naive_gradients(c, trial.d_output);
    expect_near(trial.run(true).all(), want, this->kAllowed,
                name(c.shape, plan));
    const MatrixView<T> queries = example(trial.d_queries, 1);
    const MatrixView<T> inputs = example(trial.d_inputs, 1);
    for (std::size_t i = 0; i < 17 * 6; ++i) ASSERT_EQ(queries.data[i], 0);
    for (std::size_t i = 0; i < 33 * 7; ++i) ASSERT_EQ(inputs.data[i], 0);
  }
}

TYPED_TEST(CrossAttentionBackwardTest, TheNumberOfThreadsChangesNoBit) {
  this->for_each([&](const auto& c, const CrossAttentionPlan& plan) {
    ReadGradients alone;
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      const ReadGradients found = Trial<TypeParam>(c, plan).run(true).all();
      if (count == 1) alone = found;
      EXPECT_EQ(found, alone) << name(c.shape, plan) << ", threads " << count;
    }
  });
}

TYPED_TEST(CrossAttentionBackwardTest, AddsToWhatIsThere) {
  this->for_each([&](const auto& c, const CrossAttentionPlan& plan) {
    Trial<TypeParam> trial(c, plan);
    auto twice = trial.run(true).all();
    for (auto& [part, values] : twice) {
      for (double& value : values) value *= part == "queries" ? 1 : 2;
    }
    trial.differentiate(true);
    expect_near(trial.all(), twice, this->kAllowed, name(c.shape, plan));
  });
}

TYPED_TEST(CrossAttentionBackwardTest, ForgetsTheLastRead) {
  using T = TypeParam;
  for (const CrossAttentionPlan& plan : plans()) {
    ReadCase<T> c({2, 17, 613, 7, 6, 10, 2});
    Trial<T> trial(c, plan);
    trial.run(true);
    fill_normal(std::span<T>(c.queries.data(), c.queries.size()), 20, 1);
    fill_normal(std::span<T>(c.inputs.data(), c.inputs.size()), 21, 1);
    c.hide();
    c.key.weight(1, 2) += 1;
    c.value.weight(1, 2) += 1;
    trial.clear();
    expect_near(trial.run(true).all(), naive_gradients(c, trial.d_output),
                this->kAllowed, name(c.shape, plan));
  }
}

TYPED_TEST(CrossAttentionBackwardTest, CostsAndHoldsWhatItDeclares) {
  using T = TypeParam;
  for (const CrossAttentionShape& s : shapes()) {
    const ReadCase<T> c(s);
    for (const CrossAttentionPlan& plan : plans()) {
      for (const bool inputs : {false, true}) {
        Trial<T> trial(c, plan);
        trial.forward();
        trial.ledger.clear();
        const std::int64_t before = MemoryMeter::held();
        trial.differentiate(inputs);
        const Cost declared = formula::cross_attention_backward(
            s, 1, plan, 1, AttentionForm::streaming, inputs, sizeof(T),
            threads());
        EXPECT_EQ(MemoryMeter::held() - before,
                  static_cast<std::int64_t>(declared.bytes_held))
            << name(s, plan);
        const std::int64_t allocations = MemoryMeter::allocations();
        for (const Part part :
             {Part::layer_norm, Part::key_value_projection, Part::scores,
              Part::softmax, Part::weighted_sum}) {
          EXPECT_EQ(trial.ledger.counted()[part], declared[part])
              << name(s, plan) << ' ' << kPartNames[static_cast<int>(part)];
        }
        trial.differentiate(inputs);
        EXPECT_EQ(MemoryMeter::allocations(), allocations) << name(s, plan);
      }
    }
  }
}

TYPED_TEST(CrossAttentionBackwardTest, RefusesAForwardOfAnotherPlan) {
  const ReadCase<TypeParam> c({2, 17, 33, 7, 6, 10, 2});
  Trial<TypeParam> trial(c, {});
  trial.forward();
  trial.plan = kFolded;
  EXPECT_THROW(trial.differentiate(false), Error);
}

TYPED_TEST(CrossAttentionBackwardTest, MemoryDoesNotGrowWithTheInputs) {
  const auto bytes = [](std::size_t inputs) {
    const CrossAttentionShape shape{1, 64, inputs, 32, 32, 32, 4};
    return bytes_laid_out<OnePassBackward<TypeParam>>(2, shape, kFolded, false);
  };
  EXPECT_EQ(bytes(1 << 20), bytes(1 << 16));
}

TEST(FoldedBackward, EqualsTheOneAsWritten) {
  for (const CrossAttentionShape& shape : shapes()) {
    for (const bool masked : {false, true}) {
      ReadCase<double> c(shape);
      if (masked) c.hide();
      const auto written = Trial<double>(c, {}).run(true).all();
      expect_near(Trial<double>(c, kFolded).run(true).all(), written, 1e-12,
                  name(shape, kFolded));
    }
  }
}

// Where the norm's scale is 0 nothing may be divided by it.
TEST(FoldedBackward, TakesAScaleOfZero) {
  ReadCase<double> c({2, 17, 33, 7, 6, 10, 2});
  c.norm.scale(3) = 0;
  const auto want = naive_gradients(c, Trial<double>(c, {}).d_output);
  for (const CrossAttentionPlan& plan : plans()) {
    expect_near(Trial<double>(c, plan).run(true).all(), want, 1e-12,
                name(c.shape, plan));
  }
}

TEST(FoldedBackward, IsTheSlopeOfTheForward) {
  for (const CrossAttentionPlan& plan : plans()) {
    for (const std::size_t heads : {1, 2}) {
      ReadCase<double> c({2, 3, 7, 5, 4, 6, heads});
      Trial<double> trial(c, plan);
      trial.run(true);
      Trial<double> probe(c, plan);
      const auto loss = [&] {
        probe.forward();
        return weighted_sum(trial.d_output, probe.output);
      };
      const auto expect = [&](auto& values, const auto& gradient,
                              const std::string& part) {
        expect_slopes(values, gradient, loss, name(c.shape, plan) + part);
      };
      expect(c.queries, trial.d_queries, ": queries");
      expect(c.inputs, trial.d_inputs, ": inputs");
      expect(c.norm.scale, trial.norm.scale, ": scale");
      expect(c.norm.offset, trial.norm.offset, ": offset");
      expect(c.key.weight, trial.key.weight, ": key weight");
      expect(c.key.bias, trial.key.bias, ": key bias");
      expect(c.value.weight, trial.value.weight, ": value weight");
      expect(c.value.bias, trial.value.bias, ": value bias");
    }
  }
}

}  // namespace
}  // namespace suite
