// Are parameters a value, and is a workspace its owner's alone?
#include "contract/agreement.h"
#include "contract/conformance/checks.h"
#include "contract/conformance/trial.h"
#include "support/check.h"

namespace suite {
namespace {

Values answer_of(const Encoder<double>& encoder, const Values& input) {
  const auto workspace = encoder.workspace();
  Ledger ledger;
  return encoder.forward(input, no_mask(), *workspace, ledger);
}

void change(const Parameter<double>& parameter) {
  for (std::size_t i = 0; i < parameter.values.size(); ++i) {
    parameter.values[i] += i % 2 == 0 ? 0.5 : -0.25;
  }
}

}  // namespace

// One of two copies may change, and be a gradient or an average of the other.
void parameters_are_a_value(const Contestant& c) {
  const Shape shape = plain_shape();
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, shape, options)) continue;
    Trial original(c, shape, options);
    const Values before = original.run();
    const auto copy = original.encoder->copy();
    require(same_bits(answer_of(*copy, original.input), before),
            "a copy answers otherwise; {}", describe(shape, options));
    copy->for_each_parameter(change);
    require(same_bits(original.run(), before),
            "changing a copy's parameters changes the original's answer; {}",
            describe(shape, options));
    require(!same_bits(answer_of(*copy, original.input), before),
            "a copy ignores its own parameters; {}", describe(shape, options));
  }
}

void workspaces_do_not_meet(const Contestant& c) {
  const Shape shape = plain_shape();
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, shape, options)) continue;
    Trial trial(c, shape, options);
    const Values other = random_input<double>(shape, kTrialSeed + 1);
    const Values first = trial.run(), second = answer_of(*trial.encoder, other);
    const auto one = trial.encoder->workspace();
    const auto two = trial.encoder->workspace();
    Ledger ledger;
    const auto forward = [&](const Values& input, Workspace& own) {
      return &trial.encoder->forward(input, no_mask(), own, ledger);
    };
    const Values* in_one = forward(trial.input, *one);
    const Values* in_two = forward(other, *two);
    require(same_bits(*in_one, first) && same_bits(*in_two, second),
            "a forward in one workspace changes what another holds; {}",
            describe(shape, options));
    in_one = forward(trial.input, *one);
    require(same_bits(*in_one, first) && same_bits(*in_two, second),
            "a forward in one workspace changes the next in another; {}",
            describe(shape, options));
  }
}

}  // namespace suite
