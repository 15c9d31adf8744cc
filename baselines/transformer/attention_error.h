// How far a variant is from softmax attention, on rows with a known pattern.
#pragma once

#include <cstdint>
#include <optional>

#include "baselines/transformer/attention_variant.h"
#include "contract/pattern.h"

namespace suite {

// Queries, keys and values [batch, N, D] whose heads of queries look for what the
// pattern says. Values are standard normal.
struct PatternRows {
  Tensor<double, 3> queries, keys, values;
};
PatternRows pattern_rows(Pattern pattern, const Shape& shape,
                         std::uint64_t seed);

// The same where queries are keys too and a row doesn't read itself: rows come in
// pairs that look for each other, beside each other or half of all rows apart.
PatternRows shared_pattern_rows(Pattern pattern, const Shape& shape,
                                std::uint64_t seed);

// ‖y − y*‖ / ‖y*‖ of one layer in float, with the parameters that it begins with,
// against exact attention in double, or against the variant at its own limit where
// that is another. Nothing where a variant's keys and values are not as wide as the
// queries, or where it is causal. Cost: O(batch·N²·D).
std::optional<double> attention_error(const AttentionVariant& variant,
                                      const Shape& shape,
                                      const Options& options, Pattern pattern,
                                      std::uint64_t seed);

}  // namespace suite
