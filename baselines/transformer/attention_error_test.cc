#include "baselines/transformer/attention_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "contract/registry.h"

namespace suite {
namespace {

constexpr Shape kShape{.N = 512, .D = 64, .H = 2, .batch = 2};

double error_of(std::string_view name, Pattern pattern) {
  const Entry entry = find_contestant(name);
  return entry.contestant->error(kShape, entry.options, pattern, 1).value();
}

// Softmax weights of one query, in double.
std::vector<double> weights(const PatternRows& rows, std::size_t example,
                            std::size_t query, std::size_t head) {
  const std::size_t d = kShape.D / kShape.H;
  std::vector<double> weights(kShape.N);
  double total = 0;
  for (std::size_t n = 0; n < kShape.N; ++n) {
    double logit = 0;
    for (std::size_t c = head * d; c < (head + 1) * d; ++c) {
      logit += rows.queries(example, query, c) * rows.keys(example, n, c);
    }
    total += weights[n] = std::exp(logit / std::sqrt(static_cast<double>(d)));
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

// The mean weight of the key `distance` rows on.
double mean_weight(Pattern pattern, std::size_t distance) {
  const PatternRows rows = pattern_rows(pattern, kShape, 1);
  double sum = 0;
  for (std::size_t n = 0; n < kShape.N; ++n) {
    sum += weights(rows, 1, n, 1)[(n + distance) % kShape.N];
  }
  return sum / static_cast<double>(kShape.N);
}

TEST(AttentionError, PatternsAreWhatTheirNamesSay) {
  EXPECT_GT(mean_weight(Pattern::peaked, 0), 0.9);
  EXPECT_GT(mean_weight(Pattern::copy, kShape.N / 2), 0.9);
  EXPECT_LT(mean_weight(Pattern::peaked, kShape.N / 2), 0.01);
  EXPECT_LT(mean_weight(Pattern::random, 0), 0.01);
  const PatternRows faint = pattern_rows(Pattern::uniform, kShape, 1);
  for (const double weight : weights(faint, 0, 3, 0)) {
    EXPECT_NEAR(weight * kShape.N, 1, 0.1);
  }
}

TEST(AttentionError, ExactAttentionLeavesRoundingOnly) {
  for (const Pattern pattern : {Pattern::random, Pattern::uniform,
                                Pattern::peaked, Pattern::copy}) {
    const double error = error_of("transformer", pattern);
    EXPECT_GT(error, 0) << name_of(pattern);
    EXPECT_LT(error, 1e-5) << name_of(pattern);
  }
}

TEST(AttentionError, AWindowFindsWhatIsNearAndNotWhatIsFar) {
  const char* narrow = "transformer(attention=sliding_window, window=16)";
  EXPECT_LT(error_of(narrow, Pattern::peaked), 0.3);
  EXPECT_GT(error_of(narrow, Pattern::copy), 0.9);
  EXPECT_LT(error_of("transformer(attention=sliding_window, window=512)",
                     Pattern::copy),
            1e-5);
}

TEST(AttentionError, FeaturesBeyondNumberComeNear) {
  const auto performer = [](int features) {
    return error_of("transformer(attention=performer, features=" +
                        std::to_string(features) + ")",
                    Pattern::uniform);
  };
  EXPECT_LT(performer(1024), 0.5 * performer(16));
}

TEST(AttentionError, HashingFindsWhatIsAlikeHoweverFar) {
  const std::string name = "transformer(attention=reformer, chunk=16, buckets=32";
  const double far = error_of(name + ")", Pattern::copy);
  EXPECT_LT(far, 0.5) << "where a bucket exceeds a chunk, pairs may be parted";
  EXPECT_LT(error_of(name + ")", Pattern::peaked), 0.1 * far)
      << "neighbours in a bucket are not";
  EXPECT_LT(far, 0.9 * error_of(name + ", hashes=1)", Pattern::copy));
  EXPECT_LT(error_of("transformer(attention=reformer, chunk=512)", Pattern::random),
            1e-5)
      << "its own limit";
}

TEST(AttentionError, WhatIsAnotherFunctionHasNone) {
  const auto of = [](std::string_view name) {
    const Entry entry = find_contestant(name);
    return entry.contestant->error(kShape, entry.options, Pattern::random, 1);
  };
  EXPECT_FALSE(of("transformer(attention=grouped_query)").has_value());
  EXPECT_FALSE(of("transformer(attention=linear, causal=true)").has_value());
  EXPECT_TRUE(of("transformer(attention=linear)").has_value());
  EXPECT_FALSE(find_contestant("transformer(attention=isab)").contestant->error);
}

}  // namespace
}  // namespace suite
