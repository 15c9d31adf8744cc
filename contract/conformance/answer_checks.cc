// Is the answer right, whole, and made from everything it should be?
#include "contract/conformance/checks.h"

#include <algorithm>
#include <set>

#include "contract/agreement.h"
#include "contract/conformance/trial.h"
#include "support/check.h"

namespace suite {

void output_has_its_shape(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    const Values output = Trial(c, shape, options).run();
    const std::size_t rows = c.facts.queries   ? shape.O
                             : c.facts.latents ? shape.M
                                               : shape.N;
    const std::size_t channels =
        c.output_channels ? c.output_channels(shape, options) : shape.D;
    require(output.shape(0) == shape.batch && output.shape(1) == rows &&
                output.shape(2) == channels,
            "the output is [{}, {}, {}] {}", output.shape(0), output.shape(1),
            output.shape(2), describe(shape, options));
    require(finite(output), "the output is not finite {}",
            describe(shape, options));
  });
}

namespace {

template <class T>
void agrees(const Contestant& c, const Shape& shape, const Options& options,
            bool masked) {
  const Agreement agreement =
      compare_with_oracle<T>(c, shape, options, kTrialSeed, masked);
  require(agreement.holds(),
          "in {} it differs from the oracle by {:.3g}, allowed are {:.3g}, {}",
          sizeof(T) == 4 ? "float" : "double", agreement.worst,
          agreement.allowed, describe(shape, options));
}

}  // namespace

void agrees_with_the_oracle(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    agrees<float>(c, shape, options, false);
    agrees<double>(c, shape, options, false);
    agrees<double>(c, shape, options, true);
  });
}

void output_depends_on_every_input(const Contestant& c) {
  const Shape shape = plain_shape();
  Trial trial(c, shape, defaults(c));
  const Values before = trial.run();
  for (std::size_t n = 0; n < shape.N; ++n) {
    const double kept = trial.input(0, n, 0);
    trial.input(0, n, 0) += 3;
    const bool same = same_bits(trial.run(), before);
    trial.input(0, n, 0) = kept;
    require(!same, "input {} of {} does not change the output", n, shape.N);
  }
}

namespace {

// The parameters that do not show in the output, all of them times `gain`.
std::set<std::string> idle_parameters(const Contestant& c, const Shape& shape,
                                      const Options& options, double gain) {
  Trial trial(c, shape, options);
  trial.encoder->for_each_parameter([=](const Parameter<double>& parameter) {
    for (double& value : parameter.values) value *= gain;
  });
  const Values before = trial.run();
  const double noise = rounding(before);
  std::set<std::string> idle;
  trial.encoder->for_each_parameter([&](const Parameter<double>& parameter) {
    const std::vector<double> kept(parameter.values.begin(),
                                   parameter.values.end());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      parameter.values[i] = kept[i] * 1.5 + (i % 2 == 0 ? 0.5 : -0.25);
    }
    const Values after = trial.run();
    bool differs = false;
    for (std::size_t i = 0; i < after.size(); ++i) {
      differs |= !near(after.data()[i], before.data()[i], noise);
    }
    std::copy(kept.begin(), kept.end(), parameter.values.begin());
    if (!differs) idle.insert(parameter.name);
  });
  return idle;
}

}  // namespace

void every_parameter_matters(const Contestant& c) {
  // Few layers, and sharper attention than at the start of training: where rows
  // average all others again and again, they become equal and stop to matter.
  // So they do where it is too sharp: then it is tried as it starts.
  Shape shape = plain_shape();
  shape.B = 2;
  shape.L = 1;
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, shape, options)) continue;
    const std::set<std::string> sharp = idle_parameters(c, shape, options, 4);
    if (sharp.empty()) continue;
    const std::set<std::string> plain = idle_parameters(c, shape, options, 1);
    for (const std::string& name : sharp) {
      // A bias of keys adds the same to all scores of a query: softmax takes it
      // away again.
      require(name.ends_with(".key.bias") || plain.count(name) == 0,
              "{} does not change the output {}", name,
              describe(shape, options));
    }
  }
}

void same_seed_gives_same_bits(const Contestant& c) {
  const Options options = defaults(c);
  Trial one(c, plain_shape(), options);
  const Values first = one.run();
  require(same_bits(first, one.run()), "a second forward gives other bits");
  require(same_bits(first, Trial(c, plain_shape(), options).run()),
          "a second model of the same seed gives other bits");
  Trial other(c, plain_shape(), options, kTrialSeed + 1);
  other.input = one.input;
  require(!same_bits(first, other.run()), "the seed changes nothing");
}

// Whatever a model keeps for its blocks, it must not keep for the next input.
void forgets_the_last_input(const Contestant& c) {
  const Shape shape = plain_shape();
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, shape, options)) continue;
    Trial used(c, shape, options);
    Trial fresh(c, shape, options);
    used.run();
    used.input = fresh.input = random_input<double>(shape, kTrialSeed + 1);
    require(same_bits(used.run(), fresh.run()),
            "what it was given before changes its answer; {}",
            describe(shape, options));
  }
}

void inputs_are_left_alone(const Contestant& c) {
  Trial trial(c, plain_shape(), defaults(c));
  const Values kept = trial.input;
  trial.run();
  require(same_bits(kept, trial.input), "a forward changes its input");
}

}  // namespace suite
