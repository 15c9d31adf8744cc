// Does what a contestant states of itself hold: growth, limit, causality, what it
// refuses, its golden row?
#include <algorithm>
#include <cctype>
#include <cmath>

#include "contract/agreement.h"
#include "contract/conformance/checks.h"
#include "contract/conformance/trial.h"
#include "support/check.h"

namespace suite {

void states_what_is_asked(const Contestant& c) {
  require(c.facts.exact || c.limit.has_value(),
          "an approximation must state where it is exact");
  require(!c.limit || (!c.limit->statement.empty() && c.limit->options &&
                       c.limit->reference),
          "an exact limit needs a statement, options and a reference");
  const bool variant = !parse_contestant_name(c.name).options.empty();
  require(!variant || !c.growth.empty(), "a variant must state how it grows");
  require(!variant || c.golden.has_value(),
          "a variant must have a golden row: begin with Golden{{}}");
  Shape long_enough = plain_shape();
  long_enough.N = 4096;
  for (const OptionValues& setting : c.settings) {  // it takes those that it suggests
    c.cost(long_enough, Options(c.name, c.options, setting), sizeof(float), 1);
  }
}

void grows_as_declared(const Contestant& c) {
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  for (const Growth& growth : c.growth) {
    const Options options = defaults_with(c, growth.options);
    Shape shape = plain_shape();
    const auto cost = [&](std::size_t value) {
      dimension(shape, growth.dimension) = value;
      return c.cost(shape, options, sizeof(float), 1);
    };
    const Cost one = cost(kLarge), two = cost(2 * kLarge);
    const auto check = [&](const char* what, auto small, auto large,
                           double declared) {
      const double exponent =
          std::log2(static_cast<double>(large) / static_cast<double>(small));
      require(std::abs(exponent - declared) < 0.01,
              "{} grow like {}^{:.3f}{}, declared is {}^{}", what,
              growth.dimension, exponent, options.suffix(), growth.dimension,
              declared);
    };
    check("MACs", one.total().macs, two.total().macs, growth.macs);
    check("bytes held", one.bytes_held, two.bytes_held, growth.bytes_held);
  }
}

namespace {

// Of an answer from what it should be near.
struct Distance {
  double rms = 0, worst = 0, largest = 0;
};

Distance error_at(const Contestant& c, const Shape& shape,
                const Options& options, std::uint64_t seed) {
  Trial trial(c, shape, options, seed);
  if (c.limit->set) trial.encoder->for_each_parameter(c.limit->set);
  const Values output = trial.run();
  const oracle::Array expected = c.limit->reference(
      shape, options, snapshot(*trial.encoder),
      {{shape.batch, shape.N, shape.C},
       {trial.input.begin(), trial.input.end()}},
      {});
  require(expected.values.size() == output.size(),
          "what it approximates has another shape");
  Distance error;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double off = output.data()[i] - expected.values[i];
    error.rms += off * off;
    if (!(std::abs(off) <= error.worst)) error.worst = std::abs(off);
    error.largest = std::max(error.largest, std::abs(expected.values[i]));
  }
  error.rms = std::sqrt(error.rms / static_cast<double>(output.size()));
  return error;
}

void equals_its_limit(const Contestant& c) {
  for (Shape shape : odd_shapes()) {
    shape.B = std::min<std::size_t>(shape.B, 2);
    shape.N = std::min<std::size_t>(shape.N, 33);
    const Options options = defaults_with(c, c.limit->options(shape, 0));
    if (!accepts(c, shape, options)) continue;
    const Distance error = error_at(c, shape, options, kTrialSeed);
    // Limits may pass through sums that rounding shows in: a millionth in double
    // is far below what any approximation leaves.
    require(error.worst <= 1e-6 * error.largest,
            "\"{}\": it differs from what it approximates by {:.3g} {}",
            c.limit->statement, error.worst, describe(shape, options));
  }
}

void nears_its_limit(const Contestant& c) {
  constexpr int kSteps = 3;
  constexpr std::uint64_t kSeeds = 12;
  Shape shape = plain_shape();
  shape.B = 1;
  double error[kSteps] = {};
  for (int step = 0; step < kSteps; ++step) {
    const Options options = defaults_with(c, c.limit->options(shape, step));
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      error[step] += std::pow(error_at(c, shape, options, seed).rms, 2);
    }
    error[step] = std::sqrt(error[step] / kSeeds);
  }
  const double nearer = std::pow(4.0, kSteps - 1);
  const double rate = std::log(error[0] / error[kSteps - 1]) / std::log(nearer);
  require(std::abs(rate - c.limit->rate) < 0.15,
          "\"{}\": the error falls like 1/x^{:.3f} from {:.3g} to {:.3g}, "
          "declared is 1/x^{}",
          c.limit->statement, rate, error[0], error[kSteps - 1], c.limit->rate);
}

}  // namespace

void reaches_its_exact_limit(const Contestant& c) {
  if (!c.limit) return;  // states_what_is_asked() knows who must have one
  if (c.limit->rate == 0) {
    equals_its_limit(c);
  } else {
    nears_its_limit(c);
  }
}

namespace {

bool row_changes(const Values& before, const Values& after, std::size_t row) {
  bool changes = false;
  for (std::size_t c = 0; c < before.shape(2); ++c) {
    changes |= !near(before(0, row, c), after(0, row, c), rounding(before));
  }
  return changes;
}

}  // namespace

// What has an option `causal` must be so with it, and not without.
void is_causal_where_claimed(const Contestant& c) {
  for (const OptionSpec& spec : c.options) {
    if (spec.name != "causal") continue;
    for (const std::string& value : spec.allowed) {
      Shape shape = plain_shape();
      shape.N = 150;  // several chunks, whatever they are
      shape.B = 1;
      const Options options = defaults_with(c, {{"causal", value}});
      Trial trial(c, shape, options);
      const Values before = trial.run();
      bool later_shows = false;
      for (const std::size_t n : {1, 64, 100, 128, 149}) {
        const double kept = trial.input(0, n, 0);
        trial.input(0, n, 0) += 3;
        const Values after = trial.run();
        trial.input(0, n, 0) = kept;
        require(row_changes(before, after, n), "row {} ignores its own input",
                n);
        for (std::size_t row = 0; row < n; ++row) {
          later_shows |= row_changes(before, after, row);
        }
      }
      require(later_shows != (value == "true"),
              "causal = {}: a later input {} in the rows before it", value,
              later_shows ? "shows" : "does not show");
    }
  }
}

namespace {

// Does text say "name = value", and neither as a part of another word?
bool says(const std::string& text, std::string_view name,
          const std::string& value) {
  const std::string whole = fmt::format("{} = {}", name, value);
  const std::size_t at = text.find(whole);
  const auto in_word = [&](std::size_t i) {
    return i < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[i])) != 0 ||
            text[i] == '_');
  };
  return at != std::string::npos && (at == 0 || !in_word(at - 1)) &&
         !in_word(at + whole.size());
}

// Does it name a letter or an option with the value that it has here?
bool names_a_value(const std::string& text, const Contestant& c,
                   const Shape& shape, const Options& options) {
  for (const std::string_view name : kDimensions) {
    if (says(text, name, std::to_string(dimension(shape, name)))) return true;
  }
  return std::any_of(c.options.begin(), c.options.end(),
                     [&](const OptionSpec& spec) {
                       return says(text, spec.name, options.text(spec.name));
                     });
}

}  // namespace

void refusals_name_the_value(const Contestant& c) {
  const auto refusal = [&](const auto& attempt) -> std::string {
    try {
      attempt();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto check = [&](const Shape& shape, const Options& options) {
    const std::string cost =
        refusal([&] { c.cost(shape, options, sizeof(double), 1); });
    const std::string make = refusal([&] { c.make<double>(shape, options); });
    require(cost.empty() == make.empty(),
            "its cost and its model refuse differently: \"{}\", \"{}\" {}",
            cost, make, describe(shape, options));
    for (const std::string& text : {cost, make}) {
      require(text.empty() || names_a_value(text, c, shape, options),
              "a refusal does not name the value that it refuses: \"{}\" {}",
              text, describe(shape, options));
    }
  };
  std::vector<Options> all = option_variants(c);
  for (const OptionSpec& spec : c.options) {
    if (spec.kind != OptionKind::number) continue;
    all.push_back(defaults_with(c, {{spec.name, "0"}}));
  }
  for (const Options& options : all) {
    for (const Shape& shape : odd_shapes()) check(shape, options);
  }
}

void matches_its_golden_row(const Contestant& c) {
  if (!c.golden) return;  // states_what_is_asked() knows who must have one
  const Options options = defaults(c);
  const Values output = Trial(c, plain_shape(), options).run();
  const Cost cost = c.cost(plain_shape(), options, sizeof(double), 1);
  double square = 0;
  for (const double value : output) square += value * value;
  const double answer = std::sqrt(square / static_cast<double>(output.size()));
  const Golden& golden = *c.golden;
  require(golden.macs == cost.total().macs &&
              golden.parameters == cost.parameters &&
              std::abs(golden.answer - answer) <= 1e-9 * answer,
          "its golden row is not what it gives now: Golden{{{}, {}, {:.12g}}}",
          cost.total().macs, cost.parameters, answer);
}

}  // namespace suite
