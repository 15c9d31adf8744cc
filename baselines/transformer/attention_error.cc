#include "baselines/transformer/attention_error.h"

#include <algorithm>
#include <cmath>

#include "primitives/random.h"

namespace suite {
namespace {

// The key that is looked for gives the logit kSharpness·√d, the others have a
// deviation of kSharpness: at 32 channels a head, e^17 against 8,192 · e^4.5.
constexpr double kSharpness = 3;
// Logits within about a hundredth of each other.
constexpr double kFaint = 0.1;

Tensor<double, 3> drawn(const Shape& shape, std::uint64_t seed,
                        std::string_view name, double deviation = 1) {
  Tensor<double, 3> rows({shape.batch, shape.N, shape.D});
  fill_normal<double>({rows.data(), rows.size()}, derive_seed(seed, name),
                      deviation);
  return rows;
}

// queries[·, n, ·] = kSharpness · keys[·, n + distance, ·], around the end.
void look_for(const Tensor<double, 3>& keys, std::size_t distance,
              Tensor<double, 3>& queries) {
  const std::size_t N = keys.shape(1);
  for (std::size_t b = 0; b < keys.shape(0); ++b) {
    for (std::size_t n = 0; n < N; ++n) {
      for (std::size_t c = 0; c < keys.shape(2); ++c) {
        queries(b, n, c) = kSharpness * keys(b, (n + distance) % N, c);
      }
    }
  }
}

Tensor<float, 3> in_float(const Tensor<double, 3>& rows) {
  Tensor<float, 3> copy(rows.shape());
  std::transform(rows.data(), rows.data() + rows.size(), copy.data(),
                 [](double value) { return static_cast<float>(value); });
  return copy;
}

// The rows as one layer's mixer leaves them, with the parameters that it begins
// with.
template <class T>
Tensor<T, 3> mixed(const AttentionVariant& variant, Shape shape,
                   const Options& options, const Tensor<T, 3>& queries,
                   const Tensor<T, 3>& keys, const Tensor<T, 3>& values,
                   std::uint64_t seed) {
  shape.B = 1;
  TokenMixer<T> mixer = variant.make<T>(shape, options);
  mixer.for_each_parameter(
      "layer0.mixing",
      [seed](const Parameter<T>& parameter) { initialise(parameter, seed); });
  const auto workspace = mixer.workspace();
  Tensor<T, 3> output;
  Ledger ledger;
  mixer.forward({queries, keys, values, no_mask(), shape.H}, *workspace, output,
                ledger);
  return output;
}

Tensor<double, 3> softmax_attention(const PatternRows& rows,
                                    std::size_t heads) {
  Tensor<double, 3> output;
  Ledger ledger;
  make_attention<double>(AttentionForm::streaming)
      ->forward({rows.queries, rows.keys, rows.values, no_mask(), heads},
                output, ledger);
  return output;
}

// What the variant comes near: softmax attention, or itself at its limit.
Tensor<double, 3> exact_attention(const AttentionVariant& variant,
                                  const Shape& shape, const PatternRows& rows,
                                  std::uint64_t seed) {
  if (!variant.limit_reference) return softmax_attention(rows, shape.H);
  const Options at_limit(variant.name, variant.options,
                         variant.limit->options(shape, 0));
  return mixed(variant, shape, at_limit, rows.queries, rows.keys, rows.values,
               seed);
}

// Do queries serve as keys, so that a row can't look for itself?
bool shares_keys(const AttentionVariant& variant, const Shape& shape,
                 const Options& options) {
  return variant.widths && variant.widths(shape, options).keys == 0;
}

}  // namespace

PatternRows pattern_rows(Pattern pattern, const Shape& shape,
                         std::uint64_t seed) {
  const double deviation = pattern == Pattern::uniform ? kFaint : 1;
  PatternRows rows{drawn(shape, seed, "queries", deviation),
                   drawn(shape, seed, "keys", deviation),
                   drawn(shape, seed, "values")};
  if (pattern == Pattern::peaked) look_for(rows.keys, 0, rows.queries);
  if (pattern == Pattern::copy) look_for(rows.keys, shape.N / 2, rows.queries);
  return rows;
}

PatternRows shared_pattern_rows(Pattern pattern, const Shape& shape,
                                std::uint64_t seed) {
  PatternRows rows = pattern_rows(Pattern::random, shape, seed);
  const std::size_t half = shape.N / 2;
  double scale = pattern == Pattern::uniform ? kFaint : 1;
  if (pattern == Pattern::peaked || pattern == Pattern::copy) {
    scale = kSharpness;
    const Tensor<double, 3> drawn = rows.queries;
    for (std::size_t b = 0; b < shape.batch; ++b) {
      for (std::size_t n = 0; n < shape.N; ++n) {
        const std::size_t pair =
            pattern == Pattern::peaked ? n / 2 : n % std::max<std::size_t>(half, 1);
        std::copy_n(&drawn(b, pair, 0), shape.D, &rows.queries(b, n, 0));
      }
    }
  }
  for (double& value : rows.queries) value *= scale;
  rows.keys = rows.queries;
  return rows;
}

std::optional<double> attention_error(const AttentionVariant& variant,
                                      const Shape& shape,
                                      const Options& options, Pattern pattern,
                                      std::uint64_t seed) {
  if (options.text_or("causal", "false") == "true") return std::nullopt;
  const bool shared = shares_keys(variant, shape, options);
  if (variant.widths && !shared) {
    const MixerWidths widths = variant.widths(shape, options);
    if (widths.keys != shape.D || widths.values != shape.D) return std::nullopt;
  }
  const PatternRows rows = shared ? shared_pattern_rows(pattern, shape, seed)
                                  : pattern_rows(pattern, shape, seed);
  const Tensor<double, 3> exact = exact_attention(variant, shape, rows, seed);
  const Tensor<float, 3> near =
      mixed(variant, shape, options, in_float(rows.queries),
            in_float(rows.keys), in_float(rows.values), seed);
  double off = 0, all = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double difference = near.data()[i] - exact.data()[i];
    off += difference * difference;
    all += exact.data()[i] * exact.data()[i];
  }
  return std::sqrt(off / all);
}

}  // namespace suite
