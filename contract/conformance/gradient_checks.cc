// Are the gradients of a contestant those of what it computes? In double,
// against central differences.
#include <algorithm>
#include <cmath>

#include "contract/conformance/checks.h"
#include "contract/conformance/training_trial.h"
#include "primitives/memory.h"
#include "primitives/random.h"
#include "support/check.h"
#include "support/instrumented.h"

namespace suite {
namespace {

// Rounding of the loss over the step, relative to what the gradient could come
// to.
constexpr double kTolerance = 1e-8;

void compare(TrainingTrial& training, const std::string& name,
             std::span<double> values, const Direction& gradient,
             const Direction& direction, const std::string& what,
             double noise) {
  const double found = dot(gradient, direction);
  const double rounding =
      noise * kTolerance *
      (norm(gradient) +
       norm({training.weights.begin(), training.weights.end()})) *
      norm(direction);
  // The extrapolated value is far better than its change, of which little is
  // left.
  const auto agrees = [&](const Slope& slope) {
    return std::abs(found - slope.value) <= rounding + 0.01 * slope.error;
  };
  Slope slope = slope_along(training, values, direction);
  // A second derivative that jumps on the way, as elu's, spoils that: shorter
  // steps miss it.
  if (!agrees(slope)) slope = slope_along(training, values, direction, 1e-6);
  require(agrees(slope),
          "the gradient of {} along {} is {:.12g}, differences say {:.12g} (to "
          "{:.2g})",
          name, what, found, slope.value, slope.error);
}

// A random direction of each tensor and `coordinates` of it; all, if that many.
// `noise` is how much more rounding than a sum's the contestant says it has.
void check_all(TrainingTrial& training, std::size_t coordinates, double noise) {
  if (kInstrumented) coordinates = 0;
  training.differentiate();
  const auto gradients = training.all();
  Random random(3);
  for (const auto& [name, values] : training.places()) {
    const Direction& gradient = gradients.at(name);
    // Of what is infinite everything would be rounding.
    for (const double value : gradient) {
      require(std::isfinite(value), "the gradient of {} is {}", name, value);
    }
    if (training.drawn.contains(name)) {
      require(norm(gradient) == 0, "{} is drawn, and its gradient {}, not 0",
              name, norm(gradient));
      continue;
    }
    Direction direction(values.size());
    for (double& value : direction) value = random.normal();
    compare(training, name, values, gradient, direction, "a random direction",
            noise);
    const std::size_t count = std::min(coordinates, values.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at =
          count == values.size()
              ? i
              : (i * values.size() + values.size() / 2) / count;
      std::fill(direction.begin(), direction.end(), 0.0);
      direction[at] = 1;
      compare(training, name, values, gradient, direction,
              fmt::format("value {}", at), noise);
    }
  }
}

Shape tiny_shape() {
  return {.N = 3,
          .M = 2,
          .B = 2,
          .C = 4,
          .D = 4,
          .H = 2,
          .L = 1,
          .O = 2,
          .batch = 2};
}

bool can_be_trained(const Contestant& c) { return c.no_backward.empty(); }

// Relative to the largest of all: what cancels within one tensor leaves noise.
void require_equal(const Gradients& a, const Gradients& b, double relative,
                   const std::string& what) {
  double scale = 0;
  for (const auto& [name, values] : a) scale = std::max(scale, norm(values));
  for (const auto& [name, values] : a) {
    const Direction& other = b.at(name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      require(std::abs(values[i] - other[i]) <= relative * scale,
              "{}: {}[{}] is {:.17g} and {:.17g}", what, name, i, values[i],
              other[i]);
    }
  }
}

}  // namespace

void says_whether_it_can_be_trained(const Contestant& c) {
  const Trial trial(c, plain_shape(), defaults(c));
  const bool has = trial.encoder->trace(Keep::activations) != nullptr;
  require(has || !c.no_backward.empty(),
          "there is no backward, and no_backward doesn't say why");
  require(!has || c.no_backward.empty(),
          "there is a backward, and no_backward says \"{}\"", c.no_backward);
  require(!has || c.training_cost != nullptr,
          "there is a backward, and what it costs is not declared");
}

void gradients_are_true(const Contestant& c) {
  if (!can_be_trained(c)) return;
  const auto check = [&](const Shape& shape, const Options& options,
                         std::size_t coordinates, bool masked) {
    try {
      TrainingTrial training(c, shape, options);
      if (masked) {
        training.mask.resize({shape.batch, shape.N});
        for (std::size_t i = 0; i < training.mask.size(); ++i) {
          training.mask.data()[i] = i % 3 != 1;
        }
      }
      check_all(training, coordinates, c.rounding);
    } catch (const Error& error) {
      throw Error(
          fmt::format("{}: {}", describe(shape, options), error.what()));
    }
  };
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, plain_shape(), options)) continue;
    check(plain_shape(), options, 3, /*masked=*/false);
  }
  for (const Shape& shape : accepted_shapes(c, defaults(c))) {
    check(shape, defaults(c), 0, /*masked=*/false);
  }
  check(plain_shape(), defaults(c), 0, /*masked=*/true);
  if (accepts(c, tiny_shape(), defaults(c))) {
    check(tiny_shape(), defaults(c), 1000, /*masked=*/false);
  }
}

void gradients_add_up(const Contestant& c) {
  if (!can_be_trained(c)) return;
  TrainingTrial training(c, plain_shape(), defaults(c));
  training.differentiate();
  auto once = training.all();
  training.differentiate();
  for (auto& [name, values] : once) {
    for (double& value : values) value *= 2;
  }
  require_equal(once, training.all(), 1e-12,
                "a second backward is not added to the first");
  // A loss over some of the outputs and one over the others.
  TrainingTrial parts(c, plain_shape(), defaults(c));
  const std::size_t rows = parts.weights.shape(1),
                    width = parts.weights.shape(2);
  for (const bool odd : {false, true}) {
    Values some = parts.weights;
    for (std::size_t i = 0; i < some.size(); ++i) {
      if ((i / width % rows % 2 == 1) != odd) some.data()[i] = 0;
    }
    parts.differentiate(some);
  }
  for (auto& [name, values] : once) {
    for (double& value : values) value /= 2;
  }
  require_equal(once, parts.all(), 1e-11,
                "parts of the outputs, one after the other, give another sum");
}

void hidden_inputs_get_no_gradient(const Contestant& c) {
  if (!can_be_trained(c)) return;
  const Shape shape = plain_shape();
  TrainingTrial training(c, shape, defaults(c));
  training.mask.resize({shape.batch, shape.N});
  training.mask.fill(1);
  for (std::size_t b = 0; b < shape.batch; ++b) {
    for (std::size_t n = 1; n < shape.N; n += 3) {
      training.mask(b, n) = 0;
      // Without latents, padded rows have an output of their own.
      for (std::size_t i = 0; !c.facts.latents && i < training.weights.shape(2);
           ++i) {
        training.weights(b, n, i) = 0;
      }
    }
  }
  training.differentiate();
  for (std::size_t i = 0; i < training.d_input.size(); ++i) {
    const double value = training.d_input.data()[i];
    if (training.mask.data()[i / shape.C] != 0) continue;
    require(value == 0, "hidden input {} has a gradient of {}", i / shape.C,
            value);
  }
  training.mask.fill(0);
  training.clear();
  training.differentiate();
  for (const auto& [name, values] : training.all()) {
    for (const double value : values) {
      require(std::isfinite(value),
              "with all inputs hidden the gradient of {} is {}", name, value);
    }
  }
}

void inputs_need_no_gradient(const Contestant& c) {
  if (!can_be_trained(c)) return;
  TrainingTrial with(c, plain_shape(), defaults(c));
  with.differentiate();
  TrainingTrial without(c, plain_shape(), defaults(c));
  without.differentiate(without.weights, /*inputs=*/false);
  auto expected = with.all();
  std::fill(expected.at("input").begin(), expected.at("input").end(), 0.0);
  require_equal(
      expected, without.all(), 1e-13,
      "parameters' gradients depend on whether the inputs' is asked for");
}

void recomputing_changes_nothing(const Contestant& c) {
  if (!can_be_trained(c)) return;
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, plain_shape(), options)) continue;
    TrainingTrial kept(c, plain_shape(), options);
    kept.differentiate();
    TrainingTrial again(c, plain_shape(), options, Keep::recompute);
    again.differentiate();
    require_equal(kept.all(), again.all(), 1e-13,
                  "gradients depend on what is kept");
  }
}

// A bias of all keys adds the same to all scores of a query, and softmax takes
// that away: relative errors would find noise there. Where it is not softmax,
// or keys are mixed before it, the output says so.
void key_biases_get_no_gradient(const Contestant& c) {
  if (!can_be_trained(c)) return;
  TrainingTrial training(c, plain_shape(), defaults(c));
  training.differentiate();
  const auto all = training.all();
  double most = 0;
  for (const auto& [name, values] : all) most = std::max(most, norm(values));
  const double before = training.loss();
  for (const auto& [name, values] : training.places()) {
    if (!name.ends_with(".key.bias")) continue;
    for (double& value : values) value += 0.5;
    const double moved = std::abs(training.loss() - before);
    for (double& value : values) value -= 0.5;
    if (moved > 1e-9 * std::abs(before)) continue;
    const double found = norm(all.at(name));
    require(found <= 1e-12 * most, "the gradient of {} is {}, not 0", name,
            found);
  }
}

void gradients_leave_all_else_alone(const Contestant& c) {
  if (!can_be_trained(c)) return;
  TrainingTrial training(c, plain_shape(), defaults(c));
  const Values input = training.input, weights = training.weights;
  const auto parameters = [&] {
    std::vector<double> all;
    training.encoder->for_each_parameter([&](const Parameter<double>& p) {
      all.insert(all.end(), p.values.begin(), p.values.end());
    });
    return all;
  };
  const std::vector<double> before = parameters();
  const Values plain = training.run();
  training.differentiate();
  require(parameters() == before, "backward changes parameters");
  require(same_bits(training.input, input), "backward changes its input");
  require(same_bits(training.weights, weights),
          "backward changes the gradient of its output");
  // A wider product is made without the activation that follows it: the bits
  // may differ, the values don't.
  const Values& traced = training.encoder->forward(
      training.input, training.mask, *training.workspace, *training.trace,
      training.ledger);
  const double noise = rounding(plain);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    require(near(plain.data()[i], traced.data()[i], noise),
            "a forward that keeps a trace answers otherwise");
  }
}

void gradients_agree_for_all_thread_counts(const Contestant& c) {
  if (!can_be_trained(c)) return;
  Shape shape = plain_shape();
  shape.N = 613;
  std::vector<Gradients> found;
  with_threads({1, 2, 3}, [&] {
    TrainingTrial training(c, shape, defaults(c));
    training.differentiate();
    found.push_back(training.all());
  });
  require(found[0] == found[1] && found[0] == found[2],
          "the number of threads changes a gradient");
}

void second_backward_allocates_nothing(const Contestant& c) {
  if (!can_be_trained(c)) return;
  for (const Keep keep : {Keep::activations, Keep::recompute}) {
    TrainingTrial training(c, plain_shape(), defaults(c), keep);
    // Buffers change places: it takes two for each to have its size.
    training.differentiate();
    training.differentiate();
    const std::int64_t before = MemoryMeter::allocations();
    training.differentiate();
    const std::int64_t made = MemoryMeter::allocations() - before;
    require(made == 0, "a later backward made {} allocations", made);
  }
}

}  // namespace suite
