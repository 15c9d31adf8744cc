#include "training/classifier/classifier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "contract/registry.h"
#include "contract/slope.h"
#include "primitives/random.h"
#include "training/classifier/testing.h"

namespace suite {
namespace {

using Values = Tensor<double, 3>;

struct Case {
  std::string name;
  TaskFacts task;
  std::string contestant;
  std::string positions;
};

TaskFacts values_on_a_grid() {
  return {.name = "grid",
          .inputs = 12,
          .channels = 2,
          .grid = {3, 4},
          .classes = {"a", "b", "c"}};
}

TaskFacts with(TaskFacts facts, const std::function<void(TaskFacts&)>& change) {
  change(facts);
  return facts;
}

std::vector<Case> cases() {
  const TaskFacts grid = values_on_a_grid();
  const TaskFacts text = with(grid, [](TaskFacts& facts) {
    facts.channels = 1;
    facts.vocabulary = 7;
    facts.grid = {12};
  });
  const TaskFacts permuted = with(grid, [](TaskFacts& facts) {
    facts.places = {3, 1, 2, 0, 4, 5, 6, 7, 11, 9, 10, 8};
  });
  const TaskFacts points = with(grid, [](TaskFacts& facts) {
    facts.channels = 4;
    facts.coordinates = 2;
    facts.grid.clear();
  });
  const TaskFacts several =
      with(grid, [](TaskFacts& facts) { facts.outputs = 3; });
  const TaskFacts hidden =
      with(grid, [](TaskFacts& facts) { facts.masked = true; });
  return {{"plain", grid, "perceiver", "none"},
          {"fourier", grid, "perceiver", "fourier(bands=2)"},
          {"learned", grid, "perceiver", "learned(channels=4)"},
          {"text", text, "perceiver", "learned(channels=4)"},
          {"text_on_fourier", text, "transformer", "fourier(bands=3)"},
          {"permuted", permuted, "perceiver", "fourier(bands=2)"},
          {"points", points, "perceiver", "fourier(bands=2)"},
          {"several_labels", several, "perceiver_io", "fourier(bands=2)"},
          {"label_an_input",
           with(text, [](TaskFacts& facts) { facts.outputs = 12; }),
           "transformer", "learned(channels=4)"},
          {"hidden_rows", hidden, "transformer", "fourier(bands=2)"},
          {"hidden_inputs", hidden, "perceiver", "learned(channels=4)"}};
}

ClassifierConfig config_of(const Case& c) {
  return {.entry = find_contestant(c.contestant),
          .shape = {.M = 4, .B = 2, .D = 8, .H = 2, .L = 1, .batch = 3},
          .positions = parse_input_positions(c.positions),
          .embedding = 4};
}

// A classifier of three examples, and the loss Σ weights∘logits.
struct Bench {
  explicit Bench(const Case& c) : task(c.task) {
    task.fill(Split::train, std::vector<std::uint64_t>{5, 6, 7}, examples);
    input = examples.input;
    model = make_classifier<double>(config_of(c), c.task);
    // Off their initial values: zeros and ones hide what multiplies them.
    model->for_each_parameter([](const Parameter<double>& parameter) {
      fill_normal(parameter.values, derive_seed(1, parameter.name), 0.3);
    });
    gradient = model->copy();
    gradient->for_each_parameter([](const Parameter<double>& parameter) {
      std::fill(parameter.values.begin(), parameter.values.end(), 0.0);
    });
    workspace = model->workspace();
    weights = model->forward(input, examples.mask, *workspace, ledger);
    fill_normal<double>({weights.data(), weights.size()}, 9);
  }

  double loss() {
    const Values& logits =
        model->forward(input, examples.mask, *workspace, ledger);
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      sum += weights.data()[i] * logits.data()[i];
    }
    return sum;
  }

  WhereIsTheLargest task;
  Examples examples;
  Values input, weights;
  std::unique_ptr<Encoder<double>> model, gradient;
  std::unique_ptr<Workspace> workspace;
  Ledger ledger;
};

class EachCase : public testing::TestWithParam<Case> {};

TEST_P(EachCase, GradientsAreTrue) {
  Bench bench(GetParam());
  const auto trace = bench.model->trace(Keep::activations);
  bench.model->forward(bench.input, bench.examples.mask, *bench.workspace,
                       *trace, bench.ledger);
  bench.model->backward(bench.input, bench.examples.mask, bench.weights,
                        *bench.workspace, *trace, *bench.gradient, nullptr,
                        bench.ledger);
  std::map<std::string, std::vector<double>> gradients;
  bench.gradient->for_each_parameter([&](const Parameter<double>& each) {
    gradients[each.name] = {each.values.begin(), each.values.end()};
  });
  std::size_t checked = 0;
  bench.model->for_each_parameter([&](const Parameter<double>& each) {
    const std::vector<double> before(each.values.begin(), each.values.end());
    std::vector<double> direction(before.size());
    fill_normal<double>(direction, derive_seed(3, each.name));
    double found = 0, scale = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      found += gradients.at(each.name)[i] * direction[i];
      scale += std::abs(gradients.at(each.name)[i] * direction[i]);
    }
    const Slope slope = slope_at_zero([&](double step) {
      for (std::size_t i = 0; i < before.size(); ++i) {
        each.values[i] = before[i] + step * direction[i];
      }
      return bench.loss();
    });
    std::copy(before.begin(), before.end(), each.values.begin());
    EXPECT_NEAR(found, slope.value, 1e-8 * (1 + scale)) << each.name;
    ++checked;
  });
  EXPECT_GT(checked, 10u);
}

TEST_P(EachCase, ACopyGoesOnByItself) {
  Bench bench(GetParam());
  const auto copy = bench.model->copy();
  const double before = bench.loss();
  copy->for_each_parameter([](const Parameter<double>& each) {
    std::fill(each.values.begin(), each.values.end(), 7.0);
  });
  EXPECT_EQ(bench.loss(), before);
}

INSTANTIATE_TEST_SUITE_P(Cases, EachCase, testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.name; });

Case plain(const std::string& positions) {
  return {"plain", values_on_a_grid(), "perceiver", positions};
}

// What is written where goes through attention as a set.
TEST(Classifier, PositionsGoWithTheirInputs) {
  Case c = plain("fourier(bands=2)");
  Bench in_order(c);
  c.task.places = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  Bench reversed(c);
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t n = 0; n < 12; ++n) {
      for (std::size_t channel = 0; channel < 2; ++channel) {
        reversed.input(b, n, channel) = in_order.input(b, 11 - n, channel);
      }
    }
  }
  EXPECT_NEAR(reversed.loss(), in_order.loss(),
              1e-12 * std::abs(in_order.loss()));
  // Values alone moved: another picture.
  Bench moved(plain("fourier(bands=2)"));
  moved.input = reversed.input;
  EXPECT_GT(std::abs(moved.loss() - in_order.loss()), 1e-6);
}

std::string refusal(const Case& c) {
  try {
    make_classifier<double>(config_of(c), c.task);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Classifier, RefusesInOneLine) {
  Case set = plain("fourier(bands=2)");
  set.task.grid.clear();
  EXPECT_EQ(refusal(set),
            "grid: its inputs are a set, so positions = fourier(bands=2) has "
            "nothing to say; allowed is none");
  Case several = plain("none");
  several.task.outputs = 3;
  EXPECT_EQ(refusal(several),
            "perceiver answers with 4 rows, but an example of grid has 3 "
            "labels: perceiver_io asks one query for each");
}

TEST(InputPositions, AreReadAsTheyAreWritten) {
  for (const char* text :
       {"none", "fourier(bands=8)", "learned(channels=32)"}) {
    EXPECT_EQ(parse_input_positions(text).text(), text);
  }
  EXPECT_EQ(parse_input_positions("fourier"),
            parse_input_positions("fourier(bands=8)"));
  EXPECT_THROW(parse_input_positions("fourier(bands=0)"), Error);
  EXPECT_THROW(parse_input_positions("sine"), Error);
}

}  // namespace
}  // namespace suite
