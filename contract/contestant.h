// What a contestant signs: its facts, its options, how to build it, what it
// costs, and what it should have answered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/encoder.h"
#include "contract/options.h"
#include "contract/oracle.h"
#include "contract/pattern.h"
#include "contract/shape.h"
#include "primitives/cost.h"
#include "primitives/exchange/range_tree.h"

namespace suite {

// A form to fill in. Conformance asks after every field, so none can be
// wishful.
struct Facts {
  std::string paper;  // where is it published, and in which section?
  std::string idea;   // what is it, in one sentence?
  std::string cost;   // what does its paper say that it costs?
  std::string dimensions;  // which letters does it read? "N B D H batch"
  // Does it compute the very function it is named after, or come near it?
  bool exact = true;
  // Are there latents, so that the output has M rows whatever N is?
  bool latents = false;
  // Are there output queries, so that it has O rows?
  bool queries = false;
  // What happens to the output when the inputs are permuted: nothing
  // (invariant), or the same permutation (equivariant)?
  bool permutation_invariant = false;
  bool permutation_equivariant = false;

  bool reads(std::string_view name) const;
};

// How a whole forward grows with a letter once that is large: the exponents that
// the paper claims, with these options and the defaults of the others.
struct Growth {
  std::string dimension;
  double macs = 0;
  double bytes_held = 0;
  OptionValues options = {};
};

// Numbers that a change must not change unseen: of a forward at the shape that
// conformance tries most, whose message says them. They are this code's own and
// guard against change only: the oracle says what is right.
struct Golden {
  std::uint64_t macs = 0;
  std::uint64_t parameters = 0;
  double answer = 0;  // root of the mean square of the output, in double
};

// The answer by naive double-precision loops.
using Reference = std::function<oracle::Array(
    const Shape&, const Options&, const oracle::Parameters&,
    const oracle::Array&, const oracle::Valid&)>;

// Where an approximation becomes what it approximates.
struct ExactLimit {
  std::string statement;  // "rank = N, with the identity as projections"
  // The options of step 0, 1, 2, …; each step is four times as near.
  std::function<OptionValues(const Shape&, std::size_t step)> options;
  // The error falls like 1/nearness^rate; 0: it is rounding's at step 0 already.
  double rate = 0;
  // Sets what the statement says of parameters, and leaves the others.
  std::function<void(const Parameter<double>&)> set = {};
  Reference reference = {};  // of what is approximated
};

// What a model states of itself, or a part of one of the model with it: a form to
// fill in, each field under its name.
struct Declaration {
  // "perceiver"; one of a family says which: "transformer(attention=linear)".
  std::string name = {};
  Facts facts = {};
  std::vector<OptionSpec> options = {};
  // Options that suit the small shapes of the checks where a default does not.
  OptionValues trial = {};
  // Asked of every attention variant; the checks judge what is stated.
  std::vector<Growth> growth = {};
  std::optional<ExactLimit> limit = {};  // of what is not exact
  std::optional<Golden> golden = {};
  // How many times the rounding of plain attention the checks may allow it: more
  // than 1 for what is less stable.
  double rounding = 1;
  // Settings worth comparing, from the coarsest to the finest.
  std::vector<OptionValues> settings = {};
  // Why it can't be trained, where there is no backward: "its hashes have no
  // gradient". Training phases skip it with that reason.
  std::string no_backward = {};
  // Does it choose by a comparison (a hash, a largest few), so that rounding may
  // change a choice and with it an answer? The oracle then asks other seeds too.
  bool chooses = false;
};

// What a training step costs beside the optimiser's update. Inputs' gradients
// are not asked for.
struct TrainingCost {
  Cost forward;  // one that keeps a trace
  Cost backward;
  std::uint64_t bytes_held = 0;  // by both, all in all
};

// What is declared, and how to see whether it holds.
struct Contestant : Declaration {
  template <class T>
  using Make =
      std::function<std::unique_ptr<Encoder<T>>(const Shape&, const Options&)>;

  // Throw Error for a shape that the contestant refuses, naming the value.
  Make<float> make_float = {};
  Make<double> make_double = {};
  // The declared cost of one forward: closed formulas of the letters. `scalar`
  // is the size of a value in bytes; `threads` matters to bytes_held alone.
  std::function<Cost(const Shape&, const Options&, std::size_t scalar,
                     int threads)>
      cost = {};
  // The same of one rank, of a forward whose inputs are shared out; bytes_held
  // are its own. Of every contestant that runs over ranks.
  std::function<Cost(const Shape&, const Options&, const InputShare& share,
                     std::size_t scalar, int threads)>
      rank_cost = {};
  // The same of a forward that is to be differentiated, and its backward. Of
  // every contestant that can be trained.
  std::function<TrainingCost(const Shape&, const Options&, std::size_t scalar,
                             int threads, Keep keep)>
      training_cost = {};
  // Which exact rewrite of its definition runs, as rows say it; none: as_written.
  std::function<std::string(const Shape&, const Options&, std::size_t scalar)>
      plan = {};
  // How wide a row of the output is; none: D.
  std::function<std::size_t(const Shape&, const Options&)> output_channels =
      {};
  // The answer from the same parameters.
  Reference reference = {};
  // How far its attention is from softmax attention over the same queries, keys
  // and values, or from what its limit says: ‖y − y*‖ / ‖y*‖, in float. Nothing
  // where these can't be the same.
  std::function<std::optional<double>(const Shape&, const Options&, Pattern,
                                      std::uint64_t seed)>
      error = {};

  template <class T>
  std::unique_ptr<Encoder<T>> make(const Shape& shape,
                                   const Options& chosen) const;
};

// Fills in how to build a Model<T>(shape, options).
template <template <class> class Model>
void make_with(Contestant& contestant) {
  contestant.make_float = [](const Shape& shape, const Options& options) {
    return as_encoder(Model<float>(shape, options));
  };
  contestant.make_double = [](const Shape& shape, const Options& options) {
    return as_encoder(Model<double>(shape, options));
  };
}

// A contestant with its options set, as a definition asks for it.
struct Entry {
  const Contestant* contestant = nullptr;
  Options options;

  // "perceiver(sharing=all)": options at their default are left out.
  std::string name() const;
};

// Draws all parameters from `seed`; every parameter has a stream of its own.
template <class T>
void initialise(Encoder<T>& encoder, std::uint64_t seed);

// The parameters as doubles, by name, for the oracle.
template <class T>
oracle::Parameters snapshot(Encoder<T>& encoder);

}  // namespace suite
