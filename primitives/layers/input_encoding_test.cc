#include "primitives/layers/input_encoding.h"

#include <gtest/gtest.h>

#include <array>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class InputEncodingTest : public testing::Test {};
TYPED_TEST_SUITE(InputEncodingTest, Scalars, ScalarNames);

TYPED_TEST(InputEncodingTest, WithoutPositionsTheInputIsPassedOn) {
  using T = TypeParam;
  InputEncoding<T> encoding({.inputs = 17, .channels = 5});
  const auto input = normal_tensor<T, 3>({2, 17, 5}, 1);
  Ledger ledger;
  Tensor<T, 3> own;
  EXPECT_EQ(&encoding.forward(input, own, ledger), &input);
  EXPECT_EQ(ledger.counted().total(), Work());
}

TYPED_TEST(InputEncodingTest, FourierFeaturesStandBesideTheInput) {
  using T = TypeParam;
  for (const std::size_t inputs : kOddExtents) {
    const InputEncodingWidths widths{inputs, 5, Positions::fourier, 3};
    InputEncoding<T> encoding(widths);
    const auto input = normal_tensor<T, 3>({2, inputs, 5}, 1);
    Ledger ledger;
    Tensor<T, 3> own;
    const Tensor<T, 3>& encoded = encoding.forward(input, own, ledger);
    ASSERT_EQ(encoded.shape(2), 5u + 2 * 3 + 1);
    const std::array<std::size_t, 1> line = {inputs};
    const auto features = fourier_features<T>(line, 3);
    for (std::size_t b = 0; b < 2; ++b) {
      const auto view = example(encoded, b);
      EXPECT_EQ(max_difference(Matrix(example(input, b)), view.columns(0, 5)),
                0);
      EXPECT_EQ(max_difference(Matrix(matrix(features)), view.columns(5, 7)),
                0);
    }
    EXPECT_EQ(ledger.counted()[Part::position_encoding],
              (Work{.bytes_moved = sizeof(T) * inputs * (2 * (5 + 12) + 7)}));
    EXPECT_EQ(ledger.counted().total(),
              ledger.counted()[Part::position_encoding]);
  }
}

TYPED_TEST(InputEncodingTest, LearnedPositionsAreAddedToTheInput) {
  using T = TypeParam;
  InputEncoding<T> encoding({17, 5, Positions::learned, 0});
  const auto table = normal_tensor<T, 2>({17, 5}, 2);
  encoding.for_each_parameter("positions", [&](const Parameter<T>& parameter) {
    std::copy(table.begin(), table.end(), parameter.values.begin());
  });
  const auto input = normal_tensor<T, 3>({2, 17, 5}, 1);
  Ledger ledger;
  Tensor<T, 3> own;
  const Tensor<T, 3>& encoded = encoding.forward(input, own, ledger);
  for (std::size_t b = 0; b < 2; ++b) {
    const Matrix expected =
        naive::add(Matrix(example(input, b)), Matrix(matrix(table)));
    EXPECT_LE(max_difference(expected, example(encoded, b)), 4 * kEpsilon<T>);
  }
  EXPECT_EQ(ledger.counted()[Part::position_encoding],
            (Work{.bytes_moved = sizeof(T) * 17 * 5 * (2 * 2 + 1)}));
}

TYPED_TEST(InputEncodingTest, OnlyLearnedPositionsAreParameters) {
  using T = TypeParam;
  for (const Positions kind :
       {Positions::none, Positions::fourier, Positions::learned}) {
    int seen = 0;
    InputEncoding<T> encoding({17, 5, kind, 3});
    encoding.for_each_parameter(
        "positions", [&](const Parameter<T>& parameter) {
          ++seen;
          EXPECT_EQ(parameter.name, "positions");
          EXPECT_EQ(parameter.shape, (std::vector<std::size_t>{17, 5}));
          EXPECT_EQ(parameter.init, Init::latent);
        });
    EXPECT_EQ(seen, kind == Positions::learned ? 1 : 0);
  }
}

TYPED_TEST(InputEncodingTest, ASecondTimeAllocatesNothing) {
  using T = TypeParam;
  for (const Positions kind :
       {Positions::none, Positions::fourier, Positions::learned}) {
    InputEncoding<T> encoding({17, 5, kind, 3});
    const auto input = normal_tensor<T, 3>({2, 17, 5}, 1);
    Ledger ledger;
    Tensor<T, 3> own;
    encoding.forward(input, own, ledger);
    const std::int64_t before = MemoryMeter::allocations();
    encoding.forward(input, own, ledger);
    EXPECT_EQ(MemoryMeter::allocations(), before);
  }
}

TYPED_TEST(InputEncodingTest, RefusesInputsThatItWasNotMadeFor) {
  using T = TypeParam;
  const auto narrow = normal_tensor<T, 3>({2, 17, 4}, 1);
  const auto shorter = normal_tensor<T, 3>({2, 16, 5}, 1);
  Ledger ledger;
  for (const Positions kind :
       {Positions::none, Positions::fourier, Positions::learned}) {
    InputEncoding<T> encoding({17, 5, kind, 3});
    Tensor<T, 3> own;
    EXPECT_THROW(encoding.forward(narrow, own, ledger), Error);
    if (kind != Positions::none) {
      EXPECT_THROW(encoding.forward(shorter, own, ledger), Error);
    }
  }
  EXPECT_THROW(InputEncoding<T>({17, 5, Positions::fourier, 0}), Error);
}

TEST(InputEncodingWidths, AddTheChannelsOfFourierFeatures) {
  EXPECT_EQ((InputEncodingWidths{17, 5, Positions::none, 3}).encoded_channels(),
            5u);
  EXPECT_EQ(
      (InputEncodingWidths{17, 5, Positions::learned, 3}).encoded_channels(),
      5u);
  EXPECT_EQ(
      (InputEncodingWidths{17, 5, Positions::fourier, 3}).encoded_channels(),
      12u);
}

TEST(Positions, HaveNames) {
  EXPECT_EQ(positions("none"), Positions::none);
  EXPECT_EQ(positions("fourier"), Positions::fourier);
  EXPECT_EQ(positions("learned"), Positions::learned);
  EXPECT_THROW(positions("rotary"), Error);
}

}  // namespace
}  // namespace suite
