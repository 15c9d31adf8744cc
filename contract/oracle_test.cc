// The oracle judges all else, so it is held against values worked out by hand.
#include "contract/oracle.h"

#include <gtest/gtest.h>

#include <cmath>

namespace suite::oracle {
namespace {

TEST(Oracle, LinearMultipliesAndAddsTheBias) {
  const Parameters parameters = {{"f.weight", {{2, 3}, {1, 2, 3, 4, 5, 6}}},
                                 {"f.bias", {{3}, {10, 20, 30}}}};
  const Array y = linear({{1, 1, 2}, {1, -1}}, parameters, "f");
  EXPECT_EQ(y.values, (std::vector<double>{7, 17, 27}));
}

TEST(Oracle, LayerNormHasBiasedVarianceAndEpsilonInsideTheRoot) {
  const Parameters parameters = {{"n.scale", {{2}, {1, 2}}},
                                 {"n.offset", {{2}, {0, 1}}}};
  const Array y = layer_norm({{1, 1, 2}, {1, 3}}, parameters, "n");
  EXPECT_DOUBLE_EQ(y.values[0], -1 / std::sqrt(1 + 1e-5));
  EXPECT_DOUBLE_EQ(y.values[1], 2 / std::sqrt(1 + 1e-5) + 1);
}

TEST(Oracle, GeluHasItsKnownValues) {
  const Array x{{1, 1, 3}, {-1, 0, 1}};
  EXPECT_NEAR(gelu_erf(x).values[0], -0.15865525393145707, 1e-15);
  EXPECT_NEAR(gelu_erf(x).values[2], 0.84134474606854293, 1e-15);
  EXPECT_NEAR(gelu_tanh(x).values[2], 0.84119199060827650, 1e-12);
  EXPECT_EQ(gelu_erf(x).values[1], 0);
}

TEST(Oracle, AttentionWeighsValuesByTheSoftmaxOfScaledScores) {
  const Array q{{1, 1, 4}, {1, 1, 1, 1}};
  const Array k{{1, 2, 4}, {0, 0, 0, 0, 1, 1, 1, 1}};
  const Array v{{1, 2, 1}, {0, 1}};
  // Scores 0 and 4/√4 = 2.
  EXPECT_DOUBLE_EQ(attention(q, k, v, 1, {}).values[0], 1 / (1 + std::exp(-2)));
  // Two heads of two channels: scores 0 and 2/√2 each.
  const Array two{{1, 2, 2}, {0, 0, 1, 1}};
  EXPECT_DOUBLE_EQ(attention(q, k, two, 2, {}).values[1],
                   1 / (1 + std::exp(-std::sqrt(2.0))));
}

TEST(Oracle, HiddenKeysWeighNothing) {
  const Array q{{1, 1, 1}, {1}}, k{{1, 2, 1}, {5, 1}}, v{{1, 2, 1}, {7, 3}};
  EXPECT_EQ(attention(q, k, v, 1, {0, 1}).values[0], 3);
  EXPECT_EQ(attention(q, k, v, 1, {0, 0}).values[0], 0);
}

TEST(Oracle, KeysThatAQueryDoesNotReadWeighNothing) {
  const Array q{{1, 2, 1}, {1, 1}}, k{{1, 2, 1}, {5, 1}}, v{{1, 2, 1}, {7, 3}};
  const auto answer = [&](const Valid& valid) {
    return attention_where(q, k, v, 1, valid,
                           [](std::size_t query, std::size_t key) {
                             return key <= query;
                           })
        .values;
  };
  const double both = attention(q, k, v, 1, {}).values[1];
  EXPECT_EQ(answer({}), (std::vector<double>{7, both}));
  EXPECT_EQ(answer({0, 1}), (std::vector<double>{0, 3}));
}

TEST(Oracle, FourierFeaturesRunFromOneToHalfOfTheInputs) {
  const Array x = encode({{1, 5, 1}, {1, 2, 3, 4, 5}}, "fourier", 2, {});
  ASSERT_EQ(x.shape, (std::vector<std::size_t>{1, 5, 6}));
  const double pi = std::acos(-1.0);
  // Position −½, frequencies 1 and 2.5.
  EXPECT_DOUBLE_EQ(x.at(0, 1, 0), 2);
  EXPECT_DOUBLE_EQ(x.at(0, 1, 1), -0.5);
  EXPECT_DOUBLE_EQ(x.at(0, 1, 2), std::sin(-0.5 * pi));
  EXPECT_DOUBLE_EQ(x.at(0, 1, 3), std::sin(-1.25 * pi));
  EXPECT_DOUBLE_EQ(x.at(0, 1, 4), std::cos(-0.5 * pi));
  EXPECT_DOUBLE_EQ(x.at(0, 1, 5), std::cos(-1.25 * pi));
}

}  // namespace
}  // namespace suite::oracle
