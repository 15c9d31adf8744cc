// What the checks share: shapes and options to try, a contestant set up to be
// run, and how its answers are compared.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "contract/contestant.h"
#include "primitives/threads.h"

namespace suite {

inline constexpr std::uint64_t kTrialSeed = 7;

using Values = Tensor<double, 3>;

// A shape with several of everything, in which every option can show.
Shape plain_shape();

// One of everything, one beside powers of two, several tiles with a rest,
// widths that differ, heads that may be shared by some and not all.
std::vector<Shape> odd_shapes();

Options defaults(const Contestant& contestant);

// The defaults, or what the contestant says suits small shapes, changed so.
Options defaults_with(const Contestant& contestant,
                      const OptionValues& changed);

// The values to try an option with.
std::vector<std::string> trial_values(const OptionSpec& spec);

bool same_cost(const Cost& a, const Cost& b);

// Of one of four, with enough inputs for all; nothing where it is refused.
std::optional<Cost> cost_of_a_rank(const Contestant& contestant, Shape shape,
                                   const Options& options);

// The contestant with its defaults, and with each option changed alone to each
// of its values: but those that show over ranks alone, where they have tests of
// their own.
std::vector<Options> option_variants(const Contestant& contestant);

bool accepts(const Contestant& contestant, const Shape& shape,
             const Options& options);

// "(sharing=all) at N=11 M=5 ...", for messages.
std::string describe(const Shape& shape, const Options& options);

// The odd shapes that it accepts: as they are, or with inputs as wide as itself.
// Throws Error unless with its defaults one of several tiles is among them.
std::vector<Shape> accepted_shapes(const Contestant& contestant,
                                   const Options& options);

template <class F>
void for_each_odd_case(const Contestant& contestant, const F& f) {
  for (const Options& options : option_variants(contestant)) {
    for (const Shape& shape : accepted_shapes(contestant, options)) {
      f(shape, options);
    }
  }
}

// f() with each of those numbers of threads; afterwards there are as many as
// before.
template <class F>
void with_threads(std::initializer_list<int> counts, const F& f) {
  const struct Kept {
    int count = threads();
    ~Kept() { set_threads(count); }
  } before;
  for (const int count : counts) {
    set_threads(count);
    f();
  }
}

// A contestant with its input and what it answers. In double, so that rounding
// hides nothing: deep stacks of bare attention make all rows nearly equal.
class Trial {
 public:
  Trial(const Contestant& contestant, const Shape& shape,
        const Options& options, std::uint64_t seed = kTrialSeed);

  // A copy: the workspace's own output lives until its next forward.
  Values run();

  std::unique_ptr<Encoder<double>> encoder;
  std::unique_ptr<Workspace> workspace;
  Values input;
  Mask mask;
  Ledger ledger;
};

bool same_bits(const Values& a, const Values& b);
bool finite(const Values& a);
bool near(double a, double b, double tolerance);

// What rounding alone may change between two orders of summation.
double rounding(const Values& a);

}  // namespace suite
