// What must not change the answer, and what must.
#include "contract/conformance/checks.h"
#include "contract/conformance/trial.h"
#include "support/check.h"

namespace suite {

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

void thread_counts_agree(const Contestant& c) {
  Shape shape = plain_shape();
  shape.N = 613;
  std::vector<Values> outputs;
  with_threads({1, 1, 2, 3},
               [&] { outputs.push_back(Trial(c, shape, defaults(c)).run()); });
  require(same_bits(outputs[0], outputs[1]),
          "two runs with one thread give other bits");
  require(same_bits(outputs[0], outputs[2]) &&
              same_bits(outputs[0], outputs[3]),
          "the number of threads changes the output");
}

}  // namespace suite
