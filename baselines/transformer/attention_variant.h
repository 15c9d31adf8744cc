// What a file of baselines/attention/ fills in: what mixes tokens inside
// the transformer's block, in place of softmax attention.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "baselines/transformer/token_mixer.h"
#include "contract/contestant.h"
#include "primitives/attention/attention.h"

namespace suite {

// What the naive answer is made from.
struct NaiveInputs {
  const Shape& shape;
  const Options& options;
  const oracle::Parameters& parameters;
  std::string name;  // of this layer's mixer, before its parameters'
  const oracle::Array &q, &k, &v;  // [batch, N, ·]
  const oracle::Valid& valid;

  const oracle::Array& parameter(const std::string& own) const {
    return parameters.at(name + "." + own);
  }
  bool hidden(std::size_t example, std::size_t n) const {
    return !valid.empty() && valid[example * shape.N + n] == 0;
  }
};

// What one use leaves in the trace for its backward, and what of forward's own
// buffers it has no need to hold then.
struct MixerTrace {
  std::uint64_t kept_bytes = 0;
  std::uint64_t spared_bytes = 0;
};

// Of what goes back from what it was given and made.
inline MixerTrace keeps_nothing(const Shape&, const Options&, std::size_t) {
  return {};
}

struct MixerWidths {
  std::size_t keys;  // of all heads together; 0: none, they are the queries
  std::size_t values;
};

// The declaration of a contestant, with the file's stem for its name and the
// transformer's letters, and how to see whether it holds.
struct AttentionVariant : Declaration {
  template <class T>
  using Make = std::function<TokenMixer<T>(const Shape&, const Options&)>;

  // Throws Error for a shape or option that is refused; none: D and D.
  std::function<MixerWidths(const Shape&, const Options&)> widths = {};
  Make<float> make_float = {};
  Make<double> make_double = {};
  // The same of its backward in one layer, if it has one.
  std::function<Cost(const Shape&, const Options&, std::size_t scalar,
                     int threads)>
      backward_cost = {};
  // None: a log-sum-exp for each query and head.
  std::function<MixerTrace(const Shape&, const Options&, std::size_t scalar)>
      trace = {};
  // Of one layer: work, its parameters, and the buffers in bytes_held.
  std::function<Cost(const Shape&, const Options&, std::size_t scalar,
                     int threads)>
      cost = {};
  // The same of a rank's share of the tokens, for what runs over ranks.
  std::function<Cost(const Shape&, const Options&, const InputShare& share,
                     std::size_t scalar, int threads)>
      rank_cost = {};
  std::function<oracle::Array(const NaiveInputs&)> reference = {};
  // What it is in its limit; none: softmax attention.
  std::function<oracle::Array(const NaiveInputs&)> limit_reference = {};

  // Of one layer.
  template <class T>
  TokenMixer<T> make(const Shape& shape, const Options& chosen) const;
};

template <>
inline TokenMixer<float> AttentionVariant::make(const Shape& shape,
                                                const Options& chosen) const {
  return make_float(shape, chosen);
}
template <>
inline TokenMixer<double> AttentionVariant::make(const Shape& shape,
                                                 const Options& chosen) const {
  return make_double(shape, chosen);
}

// Fills in how to build a Mixer<T>(shape, options) for a layer.
template <template <class> class Mixer>
void make_with(AttentionVariant& variant) {
  variant.make_float = [](const Shape& shape, const Options& options) {
    return TokenMixer<float>(Mixer<float>(shape, options));
  };
  variant.make_double = [](const Shape& shape, const Options& options) {
    return TokenMixer<double>(Mixer<double>(shape, options));
  };
}

}  // namespace suite
