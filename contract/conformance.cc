#include "contract/conformance.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "contract/agreement.h"
#include "primitives/check.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {
namespace {

constexpr std::uint64_t kSeed = 7;

// A shape with several of everything, in which every option can show.
Shape plain_shape() {
  return {.N = 11, .M = 5, .B = 3, .C = 12, .D = 12, .H = 2, .L = 2,
          .batch = 2};
}

// The values to try an option with.
std::vector<std::string> trial_values(const OptionSpec& spec) {
  if (spec.kind == OptionKind::number) return {"1", "2", "3", "12"};
  return spec.allowed;
}

std::string describe(const Shape& shape, const Options& options) {
  std::string text = options.suffix().empty() ? "" : options.suffix() + " ";
  for (const std::string_view name : kLetters) {
    text += fmt::format("{}{}={}", name == "N" ? "at " : " ", name,
                        letter(shape, name));
  }
  return text;
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

using Values = Tensor<double, 3>;

// A contestant with its input and what it answers. In double, so that rounding
// hides nothing: deep stacks of bare attention make all rows nearly equal.
class Trial {
 public:
  Trial(const Contestant& contestant, const Shape& shape,
        const Options& options, std::uint64_t seed = kSeed)
      : encoder(contestant.make<double>(shape, options)),
        input(random_input<double>(shape, seed)) {
    initialise(*encoder, seed);
  }

  // A copy: the encoder's own output lives until the next call.
  Values run() {
    ledger.clear();
    return encoder->forward(input, mask, ledger);
  }

  std::unique_ptr<Encoder<double>> encoder;
  Values input;
  Mask mask;
  Ledger ledger;
};

bool same_bits(const Values& a, const Values& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), bytes_of(a)) == 0;
}

double largest(const Values& a) {
  double most = 0;
  for (const double value : a) most = std::max(most, std::abs(value));
  return most;
}

bool finite(const Values& a) {
  return std::all_of(a.begin(), a.end(),
                     [](double value) { return std::isfinite(value); });
}

// What rounding alone may change between two orders of summation.
double rounding(const Values& a) {
  return 256 * std::numeric_limits<double>::epsilon() * largest(a);
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance;
}

template <class F>
void for_each_odd_case(const Contestant& contestant, const F& f) {
  for (const Options& options : option_variants(contestant)) {
    for (const Shape& shape : odd_shapes()) {
      if (accepts(contestant, shape, options)) f(shape, options);
    }
  }
}

Options defaults(const Contestant& contestant) {
  return Options(contestant.name, contestant.options, {});
}

// --- the checks -----------------------------------------------------------

void facts_are_filled(const Contestant& c) {
  require(!c.facts.paper.empty() && !c.facts.idea.empty() &&
              !c.facts.cost.empty(),
          "a fact is left empty");
  const Options options = defaults(c);
  const auto cost = [&](const Shape& shape) {
    return c.cost(shape, options, sizeof(double), 1);
  };
  const Cost plain = cost(plain_shape());
  for (const std::string_view name : kLetters) {
    Shape other = plain_shape();
    letter(other, name) *= 2;
    if (letter(other, name) == 0) letter(other, name) = 3;
    const bool reads = cost(other).bytes_held != plain.bytes_held ||
                       !(cost(other).total() == plain.total());
    require(reads == c.facts.reads(name), "it {} {}, its facts say that it {}",
            reads ? "reads" : "does not read", name,
            c.facts.reads(name) ? "does" : "does not");
  }
}

void output_has_its_shape(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    const Values output = Trial(c, shape, options).run();
    const std::size_t rows = c.facts.latents ? shape.M : shape.N;
    require(output.shape(0) == shape.batch && output.shape(1) == rows &&
                output.shape(2) == shape.D,
            "the output is [{}, {}, {}] {}", output.shape(0), output.shape(1),
            output.shape(2), describe(shape, options));
    require(finite(output), "the output is not finite {}",
            describe(shape, options));
  });
}

template <class T>
void agrees(const Contestant& c, const Shape& shape, const Options& options,
            bool masked) {
  const Agreement agreement =
      compare_with_oracle<T>(c, shape, options, kSeed, masked);
  require(agreement.holds(),
          "in {} it differs from the oracle by {:.3g}, allowed are {:.3g}, {}",
          sizeof(T) == 4 ? "float" : "double", agreement.worst,
          agreement.allowed, describe(shape, options));
}

void agrees_with_the_oracle(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    agrees<float>(c, shape, options, false);
    agrees<double>(c, shape, options, false);
    agrees<double>(c, shape, options, true);
  });
}

template <class T>
void costs(const Contestant& c, const Shape& shape, const Options& options) {
  const auto encoder = c.make<T>(shape, options);
  initialise(*encoder, kSeed);
  Ledger ledger;
  encoder->forward(random_input<T>(shape, kSeed), {}, ledger);
  const Cost declared = c.cost(shape, options, sizeof(T), threads());
  for (int part = 0; part < kParts; ++part) {
    const Work& want = declared.parts[part];
    const Work& have = ledger.counted().parts[part];
    require(have == want,
            "{}: counted {} MACs, {} logits, {} bytes; declared {}, {}, {}; {}",
            kPartNames[part], have.macs, have.logits, have.bytes_moved,
            want.macs, want.logits, want.bytes_moved, describe(shape, options));
  }
  std::size_t parameters = 0;
  encoder->for_each_parameter(
      [&](const Parameter<T>& p) { parameters += p.values.size(); });
  require(parameters == declared.parameters,
          "it has {} parameters, declared are {}; {}", parameters,
          declared.parameters, describe(shape, options));
}

void costs_what_it_declares(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    costs<float>(c, shape, options);
    costs<double>(c, shape, options);
  });
}

void holds_what_it_declares(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    const std::int64_t before = MemoryMeter::held();
    const auto encoder = c.make<double>(shape, options);
    initialise(*encoder, kSeed);
    const Values input = random_input<double>(shape, kSeed);
    Ledger ledger;
    MemoryMeter::reset_peak();
    encoder->forward(input, {}, ledger);
    const std::int64_t held = MemoryMeter::peak() - before;
    const auto declared = static_cast<std::int64_t>(
        c.cost(shape, options, sizeof(double), threads()).bytes_held);
    require(held == declared, "it holds {} bytes, declared are {}; {}", held,
            declared, describe(shape, options));
  });
}

void second_forward_allocates_nothing(const Contestant& c) {
  Trial trial(c, plain_shape(), defaults(c));
  trial.encoder->forward(trial.input, trial.mask, trial.ledger);
  const std::int64_t before = MemoryMeter::allocations();
  trial.encoder->forward(trial.input, trial.mask, trial.ledger);
  const std::int64_t made = MemoryMeter::allocations() - before;
  require(made == 0, "a second forward made {} allocations", made);
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

void every_parameter_matters(const Contestant& c) {
  // Few layers, and sharper attention than at the start of training: where rows
  // average all others again and again, they become equal and stop to matter.
  Shape shape = plain_shape();
  shape.B = 2;
  shape.L = 1;
  for (const Options& options : option_variants(c)) {
    if (!accepts(c, shape, options)) continue;
    Trial trial(c, shape, options);
    trial.encoder->for_each_parameter([](const Parameter<double>& parameter) {
      for (double& value : parameter.values) value *= 4;
    });
    const Values before = trial.run();
    const double noise = rounding(before);
    trial.encoder->for_each_parameter([&](const Parameter<double>& parameter) {
      // A bias of keys adds the same to all scores of a query: softmax takes it
      // away again.
      if (parameter.name.ends_with(".key.bias")) return;
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
      require(differs, "{} does not change the output {}", parameter.name,
              describe(shape, options));
    });
  }
}

// What can be seen of a contestant from outside.
struct Face {
  Values output;
  Cost cost;
  bool operator==(const Face& o) const {
    return same_bits(output, o.output) && cost.total() == o.cost.total() &&
           cost.bytes_held == o.cost.bytes_held &&
           cost.parameters == o.cost.parameters;
  }
};

Face face_of(const Contestant& c, const Shape& shape, const Options& options) {
  return {Trial(c, shape, options).run(),
          c.cost(shape, options, sizeof(double), 1)};
}

// Does a value of the option show, alone or beside one other option?
bool shows(const Contestant& c, const OptionSpec& spec,
           const std::string& value) {
  std::vector<std::map<std::string, std::string>> contexts = {{}};
  for (const OptionSpec& other : c.options) {
    if (other.name == spec.name) continue;
    for (const std::string& trial : trial_values(other)) {
      contexts.push_back({{other.name, trial}});
    }
  }
  Shape one_head = plain_shape();  // which divides every width
  one_head.H = 1;
  for (const Shape& shape : {plain_shape(), one_head}) {
    for (const auto& context : contexts) {
      auto changed = context;
      changed[spec.name] = value;
      const Options before(c.name, c.options, context);
      const Options after(c.name, c.options, changed);
      if (!accepts(c, shape, before) || !accepts(c, shape, after)) continue;
      if (!(face_of(c, shape, before) == face_of(c, shape, after))) return true;
    }
  }
  return false;
}

void every_option_has_an_effect(const Contestant& c) {
  for (const OptionSpec& spec : c.options) {
    std::size_t visible = 0;
    for (const std::string& value : trial_values(spec)) {
      if (value == spec.standard) continue;
      const bool seen = shows(c, spec, value);
      visible += seen;
      require(seen || spec.kind == OptionKind::number,
              "option {} = {} changes nothing", spec.name, value);
    }
    require(visible > 0, "option {} changes nothing", spec.name);
  }
}

void same_seed_gives_same_bits(const Contestant& c) {
  const Options options = defaults(c);
  Trial one(c, plain_shape(), options);
  const Values first = one.run();
  require(same_bits(first, one.run()), "a second forward gives other bits");
  require(same_bits(first, Trial(c, plain_shape(), options).run()),
          "a second model of the same seed gives other bits");
  Trial other(c, plain_shape(), options, kSeed + 1);
  other.input = one.input;
  require(!same_bits(first, other.run()), "the seed changes nothing");
}

void examples_are_independent(const Contestant& c) {
  Shape shape = plain_shape();
  shape.batch = 3;
  Trial trial(c, shape, defaults(c));
  const Values before = trial.run();
  for (std::size_t n = 0; n < shape.N; ++n) trial.input(0, n, 0) += 1;
  const Values after = trial.run();
  const std::size_t each = before.size() / shape.batch;
  const double noise = rounding(before);
  for (std::size_t i = each; i < before.size(); ++i) {
    require(near(before.data()[i], after.data()[i], noise),
            "changing example 0 changes example {}", i / each);
  }
}

void permutes_as_stated(const Contestant& c) {
  const Shape shape = plain_shape();
  Trial trial(c, shape, defaults(c));
  const Values before = trial.run();
  const Values input = trial.input;
  const auto moved = [&](std::size_t n) { return (4 * n + 3) % shape.N; };
  for (std::size_t b = 0; b < shape.batch; ++b) {
    for (std::size_t n = 0; n < shape.N; ++n) {
      for (std::size_t i = 0; i < shape.C; ++i) {
        trial.input(b, moved(n), i) = input(b, n, i);
      }
    }
  }
  const Values after = trial.run();
  const double noise = rounding(before);
  bool invariant = true, equivariant = after.shape(1) == shape.N;
  for (std::size_t b = 0; b < shape.batch; ++b) {
    for (std::size_t r = 0; r < after.shape(1); ++r) {
      for (std::size_t i = 0; i < after.shape(2); ++i) {
        invariant &= near(after(b, r, i), before(b, r, i), noise);
        equivariant =
            equivariant && near(after(b, moved(r), i), before(b, r, i), noise);
      }
    }
  }
  require(invariant == c.facts.permutation_invariant &&
              equivariant == c.facts.permutation_equivariant,
          "permuting the inputs shows it {}invariant and {}equivariant, its "
          "facts say otherwise",
          invariant ? "" : "not ", equivariant ? "" : "not ");
}

void masks_are_honoured(const Contestant& c) {
  const Shape shape = plain_shape();
  Trial trial(c, shape, defaults(c));
  const Values unmasked = trial.run();
  trial.mask.resize({shape.batch, shape.N});
  trial.mask.fill(1);
  const double noise = rounding(unmasked);
  const auto compare = [&](const Values& a, const Values& b,
                           const char* what) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t row = i / shape.D % a.shape(1);
      const std::size_t example = i / shape.D / a.shape(1);
      // Without latents, padded rows have an output of their own.
      if (!c.facts.latents && trial.mask(example, row) == 0) continue;
      require(near(a.data()[i], b.data()[i], noise), "{}", what);
    }
  };
  compare(unmasked, trial.run(), "a mask that hides nothing changes the output");
  for (std::size_t b = 0; b < shape.batch; ++b) {
    for (std::size_t n = 1; n < shape.N; n += 3) trial.mask(b, n) = 0;
  }
  const Values masked = trial.run();
  require(!same_bits(masked, unmasked), "a mask changes nothing");
  for (std::size_t b = 0; b < shape.batch; ++b) {
    for (std::size_t n = 1; n < shape.N; n += 3) trial.input(b, n, 0) = 100;
  }
  compare(masked, trial.run(), "a hidden input changes the output");
  trial.mask.fill(0);
  require(finite(trial.run()),
          "with all inputs hidden the output is not finite");
}

void inputs_are_left_alone(const Contestant& c) {
  Trial trial(c, plain_shape(), defaults(c));
  const Values kept = trial.input;
  trial.run();
  require(same_bits(kept, trial.input), "a forward changes its input");
}

void thread_counts_agree(const Contestant& c) {
  const int before = threads();
  Shape shape = plain_shape();
  shape.N = 613;
  std::vector<Values> outputs;
  for (const int count : {1, 1, 2, 3}) {
    set_threads(count);
    outputs.push_back(Trial(c, shape, defaults(c)).run());
  }
  set_threads(before);
  require(same_bits(outputs[0], outputs[1]),
          "two runs with one thread give other bits");
  const double noise = rounding(outputs[0]);
  for (std::size_t i = 0; i < outputs[0].size(); ++i) {
    require(near(outputs[0].data()[i], outputs[2].data()[i], noise) &&
                near(outputs[0].data()[i], outputs[3].data()[i], noise),
            "the number of threads changes the output");
  }
}

void refuses_heads_that_do_not_divide(const Contestant& c) {
  Shape shape = plain_shape();
  shape.H = 5;
  const Options options = defaults(c);
  const auto refusal = [&](const auto& attempt) -> std::string {
    try {
      attempt();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  for (const std::string& text :
       {refusal([&] { c.make<double>(shape, options); }),
        refusal([&] { c.cost(shape, options, sizeof(double), 1); })}) {
    require(text.find('5') != std::string::npos &&
                text.find("12") != std::string::npos,
            "5 heads over 12 channels are not refused by their values");
  }
}

}  // namespace

std::vector<Shape> odd_shapes() {
  return {
      {.N = 1, .M = 1, .B = 1, .C = 1, .D = 1, .H = 1, .L = 1, .batch = 1},
      {.N = 15, .M = 7, .B = 2, .C = 10, .D = 10, .H = 2, .L = 1, .batch = 3},
      {.N = 17, .M = 33, .B = 3, .C = 9, .D = 15, .H = 3, .L = 2, .batch = 1},
      {.N = 33, .M = 1, .B = 1, .C = 24, .D = 12, .H = 1, .L = 0, .batch = 2},
      {.N = 389, .M = 71, .B = 1, .C = 16, .D = 32, .H = 2, .L = 1, .batch = 1},
  };
}

std::vector<Options> option_variants(const Contestant& c) {
  std::vector<Options> variants = {defaults(c)};
  for (const OptionSpec& spec : c.options) {
    for (const std::string& value : trial_values(spec)) {
      if (value == spec.standard) continue;
      variants.emplace_back(
          c.name, c.options,
          std::map<std::string, std::string>{{spec.name, value}});
    }
  }
  return variants;
}

const std::vector<ConformanceCheck>& conformance_checks() {
#define SUITE_CHECK(name) {#name, name}
  static const std::vector<ConformanceCheck> checks = {
      SUITE_CHECK(facts_are_filled),
      SUITE_CHECK(output_has_its_shape),
      SUITE_CHECK(agrees_with_the_oracle),
      SUITE_CHECK(costs_what_it_declares),
      SUITE_CHECK(holds_what_it_declares),
      SUITE_CHECK(second_forward_allocates_nothing),
      SUITE_CHECK(output_depends_on_every_input),
      SUITE_CHECK(every_parameter_matters),
      SUITE_CHECK(every_option_has_an_effect),
      SUITE_CHECK(same_seed_gives_same_bits),
      SUITE_CHECK(examples_are_independent),
      SUITE_CHECK(permutes_as_stated),
      SUITE_CHECK(masks_are_honoured),
      SUITE_CHECK(inputs_are_left_alone),
      SUITE_CHECK(thread_counts_agree),
      SUITE_CHECK(refuses_heads_that_do_not_divide),
  };
#undef SUITE_CHECK
  return checks;
}

}  // namespace suite
