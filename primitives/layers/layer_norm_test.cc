#include "primitives/layers/layer_norm.h"

#include <gtest/gtest.h>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class LayerNormTest : public testing::Test {
 protected:
  static LayerNorm<T> layer(std::size_t channels) {
    LayerNorm<T> made(channels);
    made.scale = normal_tensor<T, 1>({channels}, 11);
    made.offset = normal_tensor<T, 1>({channels}, 12);
    return made;
  }
  static Matrix expected(const Tensor<T, 3>& input, const LayerNorm<T>& layer) {
    return naive::layer_norm(Matrix(all_rows(input)),
                             naive::row_of(layer.scale),
                             naive::row_of(layer.offset));
  }
  static Tensor<T, 3> normalised(const Tensor<T, 3>& input,
                                 const LayerNorm<T>& layer) {
    Tensor<T, 3> output;
    Ledger ledger;
    layer_norm(input, layer, output, ledger[Part::layer_norm]);
    EXPECT_EQ(ledger.counted()[Part::layer_norm],
              (Work{.bytes_moved = 2 * bytes_of(input)}));
    EXPECT_EQ(ledger.counted().total(), ledger.counted()[Part::layer_norm]);
    return output;
  }
};
TYPED_TEST_SUITE(LayerNormTest, Scalars, ScalarNames);

TYPED_TEST(LayerNormTest, NormalisesScalesAndAddsItsOffset) {
  using T = TypeParam;
  for (const std::size_t channels : kOddExtents) {
    for (const std::size_t rows : {1, 17}) {
      const auto layer = this->layer(channels);
      const auto input = normal_tensor<T, 3>({2, rows, channels}, channels);
      const auto output = this->normalised(input, layer);
      ASSERT_EQ(output.shape(), input.shape());
      EXPECT_LE(max_difference(this->expected(input, layer), all_rows(output)),
                rounding<T>(channels))
          << channels << ' ' << rows;
    }
  }
}

TYPED_TEST(LayerNormTest, HasBiasedVarianceAndEpsilonInsideTheRoot) {
  using T = TypeParam;
  LayerNorm<T> layer(2);
  layer.scale(0) = 1;
  layer.scale(1) = 2;
  layer.offset(0) = 0;
  layer.offset(1) = 1;
  Tensor<T, 3> input;
  input.resize({1, 2, 2});
  input(0, 0, 0) = 1;
  input(0, 0, 1) = 3;
  // So little deviation that ε is half of what is under the root.
  const double little = std::sqrt(1e-5);
  input(0, 1, 0) = static_cast<T>(-little);
  input(0, 1, 1) = static_cast<T>(little);
  const auto output = this->normalised(input, layer);
  const double allowed = 4 * kEpsilon<T>;
  EXPECT_NEAR(output(0, 0, 0), -1 / std::sqrt(1 + 1e-5), allowed);
  EXPECT_NEAR(output(0, 0, 1), 2 / std::sqrt(1 + 1e-5) + 1, allowed);
  EXPECT_NEAR(output(0, 1, 0), -std::sqrt(0.5), allowed);
  EXPECT_NEAR(output(0, 1, 1), std::sqrt(2.0) + 1, allowed);
}

TYPED_TEST(LayerNormTest, AConstantRowGivesTheOffset) {
  using T = TypeParam;
  for (const std::size_t channels : kOddExtents) {
    const auto layer = this->layer(channels);
    Tensor<T, 3> input;
    input.resize({1, 1, channels});
    input.fill(T(3));  // sums of it are exact
    const auto output = this->normalised(input, layer);
    for (std::size_t c = 0; c < channels; ++c) {
      EXPECT_EQ(output(0, 0, c), layer.offset(c)) << channels;
    }
  }
}

// E x² − (E x)² would have lost all digits.
TYPED_TEST(LayerNormTest, ALargeMeanHidesNoDeviation) {
  using T = TypeParam;
  const auto layer = this->layer(193);
  auto input = normal_tensor<T, 3>({1, 17, 193}, 1);
  const T large = std::is_same_v<T, float> ? T(1 << 16) : T(1 << 28);
  for (T& value : input) value = std::nearbyint(value * 16) + large;
  EXPECT_LE(max_difference(this->expected(input, layer),
                           all_rows(this->normalised(input, layer))),
            kEpsilon<T> * large);
}

// However rows are shared out among threads and blocks.
TYPED_TEST(LayerNormTest, ARowsBitsDependOnNoOther) {
  using T = TypeParam;
  for (const std::size_t channels : kOddExtents) {
    const auto layer = this->layer(channels);
    const auto input = normal_tensor<T, 3>({1, 11, channels}, channels);
    const auto output = this->normalised(input, layer);
    for (std::size_t rows = 1; rows <= 11; ++rows) {
      Tensor<T, 3> part;
      part.resize({1, rows, channels + 1});
      part.fill(T(7));
      for (std::size_t first = 0; first + rows <= 11; ++first) {
        normalise_rows<T>(all_rows(input).row_range(first, rows), layer,
                          all_rows(part).columns(0, channels));
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t c = 0; c < channels; ++c) {
            ASSERT_EQ(part(0, r, c), output(0, first + r, c))
                << channels << " channels, row " << r << " of " << rows;
          }
          ASSERT_EQ(part(0, r, channels), 7) << "nothing beyond is written";
        }
      }
    }
  }
}

TYPED_TEST(LayerNormTest, ReusesItsOutput) {
  using T = TypeParam;
  const auto layer = this->layer(17);
  const auto input = normal_tensor<T, 3>({2, 3, 17}, 1);
  Tensor<T, 3> output;
  Ledger ledger;
  layer_norm(input, layer, output, ledger[Part::layer_norm]);
  const std::int64_t before = MemoryMeter::allocations();
  layer_norm(input, layer, output, ledger[Part::layer_norm]);
  EXPECT_EQ(MemoryMeter::allocations(), before);
}

TYPED_TEST(LayerNormTest, RefusesChannelsThatDoNotFit) {
  using T = TypeParam;
  const auto layer = this->layer(17);
  const auto input = normal_tensor<T, 3>({2, 3, 16}, 1);
  Tensor<T, 3> output;
  Ledger ledger;
  EXPECT_THROW(layer_norm(input, layer, output, ledger[Part::layer_norm]),
               Error);
}

TYPED_TEST(LayerNormTest, BeginsAsTheIdentityOfNormalisedRows) {
  using T = TypeParam;
  LayerNorm<T> layer(17);
  std::vector<std::string> names;
  const ParameterVisitor<T> visit = [&](const Parameter<T>& parameter) {
    names.push_back(parameter.name);
    EXPECT_EQ(parameter.shape, std::vector<std::size_t>{17});
    initialise(parameter, 1);
  };
  layer.for_each_parameter("norm", visit);
  EXPECT_EQ(names, (std::vector<std::string>{"norm.scale", "norm.offset"}));
  for (const T scale : layer.scale) EXPECT_EQ(scale, 1);
  for (const T offset : layer.offset) EXPECT_EQ(offset, 0);
}

}  // namespace
}  // namespace suite
