// Does a contestant cost what it says?
#include <algorithm>
#include <cctype>

#include "contract/agreement.h"
#include "contract/conformance/checks.h"
#include "contract/conformance/trial.h"
#include "support/check.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {

namespace {

// Of the letters in "O(B·N²·D)" each must be read.
void require_costs_what_it_reads(const Facts& facts) {
  require(facts.cost.starts_with("O("), "the cost {} is none: O(…)",
          facts.cost);
  std::string word;
  for (const char c : facts.cost + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    const bool is_dimension =  // and not the O of "O("
        !(word == "O" && c == '(') &&
        std::find(std::begin(kDimensions), std::end(kDimensions), word) !=
            std::end(kDimensions);
    require(!is_dimension || facts.reads(word),
            "it costs {}, and its facts do not say that it reads {}",
            facts.cost, word);
    word.clear();
  }
}

}  // namespace

void facts_are_filled(const Contestant& c) {
  require(!c.facts.paper.empty() && !c.facts.idea.empty() &&
              !c.facts.cost.empty(),
          "a fact is left empty");
  require_costs_what_it_reads(c.facts);
  const Options options = defaults(c);
  const auto cost = [&](const Shape& shape) {
    return c.cost(shape, options, sizeof(double), 1);
  };
  const Cost plain = cost(plain_shape());
  for (const std::string_view name : kDimensions) {
    Shape other = plain_shape();
    dimension(other, name) *= 2;
    if (dimension(other, name) == 0) dimension(other, name) = 3;
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

// Throws unless all parts are equal. `source` is where `want` is from.
void require_same_work(const Cost& have, const Cost& want,
                       std::string_view source, const std::string& where) {
  for (int part = 0; part < kParts; ++part) {
    const Work& h = have.parts[part];
    const Work& w = want.parts[part];
    require(h == w,
            "{}: counted {} MACs, {} logits, {} bytes; {} {}, {}, {}; {}",
            kPartNames[part], h.macs, h.logits, h.bytes_moved, source, w.macs,
            w.logits, w.bytes_moved, where);
  }
}

template <class T>
void costs(const Contestant& c, const Shape& shape, const Options& options) {
  const auto encoder = c.make<T>(shape, options);
  initialise(*encoder, kTrialSeed);
  const auto workspace = encoder->workspace();
  Ledger ledger;
  encoder->forward(random_input<T>(shape, kTrialSeed), {}, *workspace, ledger);
  const Cost declared = c.cost(shape, options, sizeof(T), threads());
  require_same_work(ledger.counted(), declared, "declared",
                    describe(shape, options));
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
  // Several threads have buffers of their own.
  with_threads({1, 2}, [&] {
    for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
      const std::int64_t before = MemoryMeter::held();
      const auto encoder = c.make<double>(shape, options);
      initialise(*encoder, kTrialSeed);
      const Values input = random_input<double>(shape, kTrialSeed);
      const auto workspace = encoder->workspace();
      Ledger ledger;
      MemoryMeter::reset_peak();
      encoder->forward(input, {}, *workspace, ledger);
      const std::int64_t held = MemoryMeter::peak() - before;
      const auto declared = static_cast<std::int64_t>(
          c.cost(shape, options, sizeof(double), threads()).bytes_held);
      require(held == declared, "it holds {} bytes, declared are {}; {}", held,
              declared, describe(shape, options));
    });
  });
}

namespace {

// f(shape, options, what is kept) for all that can be trained and says what it
// costs.
template <class F>
void for_each_training_case(const Contestant& c, const F& f) {
  if (!c.training_cost) return;
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    for (const Keep keep : {Keep::activations, Keep::recompute}) {
      f(shape, options, keep);
    }
  });
}

}  // namespace

void training_costs_what_it_declares(const Contestant& c) {
  for_each_training_case(c, [&](const Shape& shape, const Options& options,
                                Keep keep) {
    const auto encoder = c.make<float>(shape, options);
    initialise(*encoder, kTrialSeed);
    const auto gradient = encoder->copy();
    const auto workspace = encoder->workspace();
    const auto trace = encoder->trace(keep);
    const auto input = random_input<float>(shape, kTrialSeed);
    Ledger forward, backward;
    const Tensor<float, 3> d_output =
        encoder->forward(input, {}, *workspace, *trace, forward);
    encoder->backward(input, {}, d_output, *workspace, *trace, *gradient,
                      /*d_input=*/nullptr, backward);
    const TrainingCost declared =
        c.training_cost(shape, options, sizeof(float), threads(), keep);
    const std::string where = describe(shape, options) +
                              (keep == Keep::recompute ? " recomputing" : "");
    require_same_work(forward.counted(), declared.forward, "declared",
                      "forward with a trace of " + where);
    require_same_work(backward.counted(), declared.backward, "declared",
                      "backward of " + where);
  });
}

void training_holds_what_it_declares(const Contestant& c) {
  with_threads({1, 2}, [&] {
    for_each_training_case(
        c, [&](const Shape& shape, const Options& options, Keep keep) {
          const std::int64_t before = MemoryMeter::held();
          const auto encoder = c.make<double>(shape, options);
          initialise(*encoder, kTrialSeed);
          const auto gradient = encoder->copy();
          const Values input = random_input<double>(shape, kTrialSeed);
          const auto workspace = encoder->workspace();
          const auto trace = encoder->trace(keep);
          const std::string where =
              describe(shape, options) +
              (keep == Keep::recompute ? " recomputing" : "");
          const auto declared = static_cast<std::int64_t>(
              c.training_cost(shape, options, sizeof(double), threads(), keep)
                  .bytes_held);
          Ledger ledger;
          Values d_output;
          // Buffers that changed places show in a later one.
          for (const std::string_view step : {"the first", "a later"}) {
            MemoryMeter::reset_peak();
            const Values& output =
                encoder->forward(input, {}, *workspace, *trace, ledger);
            if (d_output.size() == 0) d_output = output;
            encoder->backward(input, {}, d_output, *workspace, *trace,
                              *gradient, /*d_input=*/nullptr, ledger);
            const std::int64_t held = MemoryMeter::peak() - before;
            require(held == declared,
                    "training it holds {} bytes in {} step, declared are {}; "
                    "{}",
                    held, step, declared, where);
          }
        });
  });
}

void second_forward_allocates_nothing(const Contestant& c) {
  Trial trial(c, plain_shape(), defaults(c));
  const auto forward = [&] {
    trial.encoder->forward(trial.input, trial.mask, *trial.workspace,
                           trial.ledger);
  };
  forward();
  const std::int64_t before = MemoryMeter::allocations();
  forward();
  const std::int64_t made = MemoryMeter::allocations() - before;
  require(made == 0, "a second forward made {} allocations", made);
}

namespace {

// Of arrays larger than any that malloc would carve from memory that was in use
// before: touching one shows.
constexpr Shape kHugeShape{.N = 4096, .M = 4096, .B = 2, .C = 1024, .D = 1024,
                           .H = 2, .L = 1, .O = 4096, .batch = 2};

// Every third input is hidden, and all of example 0.
Mask patchy_mask(const Shape& shape) {
  Mask mask;
  mask.resize({shape.batch, shape.N});
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask.data()[i] = i >= shape.N && i % 3 != 1;
  }
  return mask;
}

void counts_alone_as_when_it_computes(const Contestant& c, const Shape& shape,
                                      const Options& options) {
  Trial trial(c, shape, options);
  const auto fresh = c.make<double>(shape, options);
  const auto workspace = fresh->workspace();
  for (const Mask& mask : {Mask(), patchy_mask(shape)}) {
    trial.mask = mask;
    trial.run();
    Ledger alone(Ledger::Mode::count_only);
    fresh->forward(trial.input, mask, *workspace, alone);
    require_same_work(alone.counted(), trial.ledger.counted(),
                      "when it computes",
                      describe(shape, options) +
                          (mask.size() > 0 ? ", masked" : ""));
  }
}

void counts_alone_without_memory(const Contestant& c, const Options& options) {
  const Shape& shape = kHugeShape;
  Values input;
  input.resize({shape.batch, shape.N, shape.C});
  const auto encoder = c.make<double>(shape, options);
  const auto workspace = encoder->workspace();
  Ledger alone(Ledger::Mode::count_only);
  const std::int64_t before = resident_bytes();
  encoder->forward(input, {}, *workspace, alone);
  const std::int64_t grown = resident_bytes() - before;
  require(grown <= static_cast<std::int64_t>(bytes_of(input) / 4),
          "to be counted alone it touches {} bytes of memory; {}", grown,
          describe(shape, options));
}

}  // namespace

void counting_needs_no_work(const Contestant& c) {
  for_each_odd_case(c, [&](const Shape& shape, const Options& options) {
    counts_alone_as_when_it_computes(c, shape, options);
  });
  for (const Options& options : option_variants(c)) {
    if (accepts(c, kHugeShape, options)) {
      counts_alone_without_memory(c, options);
    }
  }
}

}  // namespace suite
