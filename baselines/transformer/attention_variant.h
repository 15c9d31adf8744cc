// What a file of baselines/attention/ fills in: a way to mix rows inside the
// transformer's block, in place of softmax attention.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "contract/contestant.h"
#include "primitives/attention/attention.h"

namespace suite {

// The mixing of all layers of a model, with the buffers that they share.
template <class T>
class Mixing {
 public:
  virtual ~Mixing() = default;

  // output[batch, N, D], resized to fit, ← queries, keys and values[batch, N, ·]
  // as wide as the variant says. `layer` counts from 0; only what has parameters
  // asks for it. Hidden inputs must not show in the others' rows.
  virtual void forward(std::size_t layer, const AttentionInputs<T>& inputs,
                       Tensor<T, 3>& output, Ledger& ledger) = 0;

  virtual void for_each_parameter(std::size_t /*layer*/,
                                  const std::string& /*name*/,
                                  const ParameterVisitor<T>& /*visit*/) {}
};

// What the naive answer is made from.
struct NaiveInputs {
  const Shape& shape;
  const Options& options;
  const oracle::Parameters& parameters;
  std::string name;  // of this layer's mixing, before its parameters'
  const oracle::Array &q, &k, &v;  // [batch, N, ·]
  const oracle::Valid& valid;

  const oracle::Array& parameter(const std::string& own) const {
    return parameters.at(name + "." + own);
  }
  bool hidden(std::size_t example, std::size_t n) const {
    return !valid.empty() && valid[example * shape.N + n] == 0;
  }
};

struct MixingWidths {
  std::size_t keys;  // of all heads together; 0: none, they are the queries
  std::size_t values;
};

// A form to fill in. What Contestant has too means the same; letters are the
// transformer's.
struct AttentionVariant {
  template <class T>
  using Make =
      std::function<std::unique_ptr<Mixing<T>>(const Shape&, const Options&)>;

  std::string name;  // the file's stem
  Facts facts;
  std::vector<OptionSpec> options = {};
  OptionValues trial = {};
  std::vector<Growth> growth;
  std::optional<ExactLimit> limit = {};
  std::optional<Golden> golden = {};
  double rounding = 1;
  std::vector<OptionValues> settings = {};
  bool chooses = false;
  // Throws Error for a shape or option that is refused; none: D and D.
  std::function<MixingWidths(const Shape&, const Options&)> widths = {};
  Make<float> make_float = {};
  Make<double> make_double = {};
  // Of one layer: work, its parameters, and the buffers in bytes_held.
  std::function<Cost(const Shape&, const Options&, std::size_t scalar,
                     int threads)>
      cost;
  std::function<oracle::Array(const NaiveInputs&)> reference;
  // What it is in its limit; none: softmax attention.
  std::function<oracle::Array(const NaiveInputs&)> limit_reference = {};

  template <class T>
  std::unique_ptr<Mixing<T>> make(const Shape& shape,
                                  const Options& chosen) const;
};

template <>
inline std::unique_ptr<Mixing<float>> AttentionVariant::make(
    const Shape& shape, const Options& chosen) const {
  return make_float(shape, chosen);
}
template <>
inline std::unique_ptr<Mixing<double>> AttentionVariant::make(
    const Shape& shape, const Options& chosen) const {
  return make_double(shape, chosen);
}

// Fills in how to build a Model<T>(shape, options).
template <template <class> class Model>
void make_with(AttentionVariant& variant) {
  variant.make_float = [](const Shape& shape, const Options& options) {
    return std::make_unique<Model<float>>(shape, options);
  };
  variant.make_double = [](const Shape& shape, const Options& options) {
    return std::make_unique<Model<double>>(shape, options);
  };
}

}  // namespace suite
