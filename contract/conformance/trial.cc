#include "contract/conformance/trial.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "contract/agreement.h"
#include "support/check.h"

namespace suite {
namespace {

double largest(const Values& a) {
  double most = 0;
  for (const double value : a) most = std::max(most, std::abs(value));
  return most;
}

bool shows_over_ranks_alone(const Contestant& c, const Options& options) {
  const Options standard = defaults(c);
  const auto of_a_rank = cost_of_a_rank(c, plain_shape(), options);
  const auto usual = cost_of_a_rank(c, plain_shape(), standard);
  if (!of_a_rank || !usual || same_cost(*of_a_rank, *usual)) return false;
  const auto alone = [&](const Options& o) {
    return c.cost(plain_shape(), o, sizeof(double), 1);
  };
  return accepts(c, plain_shape(), options) &&
         accepts(c, plain_shape(), standard) &&
         same_cost(alone(options), alone(standard));
}

}  // namespace

bool same_cost(const Cost& a, const Cost& b) {
  return a.total() == b.total() && a.bytes_held == b.bytes_held &&
         a.parameters == b.parameters;
}

std::optional<Cost> cost_of_a_rank(const Contestant& c, Shape shape,
                                   const Options& options) {
  if (!c.rank_cost) return {};
  shape.N = 64;
  try {
    return c.rank_cost(shape, options, share_of(shape.N, 0, 4), sizeof(double),
                       1);
  } catch (const Error&) {
    return {};
  }
}

Shape plain_shape() {
  return {.N = 11, .M = 5, .B = 3, .C = 12, .D = 12, .H = 2, .L = 2, .O = 4,
          .batch = 2};
}

std::vector<Shape> odd_shapes() {
  return {
      {.N = 1, .M = 1, .B = 1, .C = 1, .D = 1, .H = 1, .L = 1, .O = 1,
       .batch = 1},
      {.N = 15, .M = 7, .B = 2, .C = 10, .D = 10, .H = 2, .L = 1, .O = 17,
       .batch = 3},
      {.N = 17, .M = 33, .B = 3, .C = 9, .D = 15, .H = 3, .L = 2, .O = 5,
       .batch = 1},
      {.N = 33, .M = 1, .B = 1, .C = 24, .D = 12, .H = 1, .L = 0, .O = 33,
       .batch = 2},
      {.N = 389, .M = 71, .B = 1, .C = 16, .D = 32, .H = 4, .L = 1, .O = 1,
       .batch = 1},
  };
}

Options defaults(const Contestant& contestant) {
  return defaults_with(contestant, {});
}

Options defaults_with(const Contestant& contestant,
                      const OptionValues& changed) {
  OptionValues values = changed;
  values.insert(contestant.trial.begin(), contestant.trial.end());
  return Options(contestant.name, contestant.options, values);
}

std::vector<std::string> trial_values(const OptionSpec& spec) {
  if (spec.kind == OptionKind::number) return {"1", "2", "3", "12"};
  return spec.allowed;
}

std::vector<Options> option_variants(const Contestant& contestant) {
  std::vector<Options> variants = {defaults(contestant)};
  for (const OptionSpec& spec : contestant.options) {
    for (const std::string& value : trial_values(spec)) {
      if (value == spec.standard) continue;
      const Options changed = defaults_with(contestant, {{spec.name, value}});
      if (shows_over_ranks_alone(contestant, changed)) continue;
      variants.push_back(changed);
    }
  }
  return variants;
}

bool accepts(const Contestant& contestant, const Shape& shape,
             const Options& options) {
  try {
    contestant.cost(shape, options, sizeof(float), 1);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<Shape> accepted_shapes(const Contestant& contestant,
                                   const Options& options) {
  constexpr std::size_t kSeveralTiles = 300;
  std::vector<Shape> accepted;
  bool long_enough = false;
  for (Shape shape : odd_shapes()) {
    if (!accepts(contestant, shape, options)) shape.C = shape.D;
    if (!accepts(contestant, shape, options)) continue;
    accepted.push_back(shape);
    long_enough |= shape.N >= kSeveralTiles;
  }
  require(long_enough || !options.suffix().empty(),
          "it accepts no shape of several tiles, N = {} or more, to be tried at",
          kSeveralTiles);
  return accepted;
}

std::string describe(const Shape& shape, const Options& options) {
  std::string text = options.suffix().empty() ? "" : options.suffix() + " ";
  for (const std::string_view name : kDimensions) {
    text += fmt::format("{}{}={}", name == "N" ? "at " : " ", name,
                        dimension(shape, name));
  }
  return text;
}

Trial::Trial(const Contestant& contestant, const Shape& shape,
             const Options& options, std::uint64_t seed)
    : encoder(contestant.make<double>(shape, options)),
      workspace(encoder->workspace()),
      input(random_input<double>(shape, seed)) {
  initialise(*encoder, seed);
}

Values Trial::run() {
  ledger.clear();
  return encoder->forward(input, mask, *workspace, ledger);
}

bool same_bits(const Values& a, const Values& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), bytes_of(a)) == 0;
}

bool finite(const Values& a) {
  return std::all_of(a.begin(), a.end(),
                     [](double value) { return std::isfinite(value); });
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance;
}

double rounding(const Values& a) {
  return 256 * std::numeric_limits<double>::epsilon() * largest(a);
}

}  // namespace suite
