// Does a contestant cost what it says?
#include "contract/conformance/checks.h"

#include "contract/agreement.h"
#include "contract/conformance/trial.h"
#include "primitives/check.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {

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
    // What is refused for its value has been read.
    const bool reads = !accepts(c, other, options) ||
                       cost(other).bytes_held != plain.bytes_held ||
                       !(cost(other).total() == plain.total());
    require(reads == c.facts.reads(name), "it {} {}, its facts say that it {}",
            reads ? "reads" : "does not read", name,
            c.facts.reads(name) ? "does" : "does not");
  }
}

namespace {

template <class T>
void costs(const Contestant& c, const Shape& shape, const Options& options) {
  const auto encoder = c.make<T>(shape, options);
  initialise(*encoder, kTrialSeed);
  Ledger ledger;
  encoder->forward(random_input<T>(shape, kTrialSeed), {}, ledger);
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

}  // namespace

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
    initialise(*encoder, kTrialSeed);
    const Values input = random_input<double>(shape, kTrialSeed);
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

}  // namespace suite
