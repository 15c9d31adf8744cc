#include "primitives/layers/positions.h"

#include <gtest/gtest.h>

#include <numbers>
#include <vector>

#include "primitives/central_differences.h"
#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;
using Extents = std::vector<std::size_t>;

// Position `index` of `extent` on [−1, 1].
double place(std::size_t index, std::size_t extent) {
  if (extent == 1) return -1;
  return 2.0 * static_cast<double>(index) / static_cast<double>(extent - 1) - 1;
}

template <class T>
class PositionsTest : public testing::Test {};
TYPED_TEST_SUITE(PositionsTest, Scalars, ScalarNames);

// Perceiver §3.2: sin(f_k π x) and cos(f_k π x), f_k from 1 to μ/2, and x.
TYPED_TEST(PositionsTest, FourierFeaturesAreSinesAndCosinesOfALine) {
  using T = TypeParam;
  for (const std::size_t extent : kOddExtents) {
    for (const std::size_t bands : {1, 2, 7, 64}) {
      const auto features = fourier_features<T>(Extents{extent}, bands);
      ASSERT_EQ(features.shape(0), extent);
      ASSERT_EQ(features.shape(1), 2 * bands + 1);
      const double nyquist = extent / 2.0;
      for (std::size_t n = 0; n < extent; ++n) {
        const double x = place(n, extent);
        ASSERT_NEAR(features(n, 0), x, kEpsilon<T>);
        for (std::size_t k = 0; k < bands; ++k) {
          const double f =
              bands == 1 ? 1 : 1 + (nyquist - 1) * double(k) / (bands - 1.0);
          const double angle = f * std::numbers::pi * x;
          // The angle's own rounding, in double, grows with it.
          const double allowed = kEpsilon<T> + 4e-16 * std::abs(angle);
          ASSERT_NEAR(features(n, 1 + k), std::sin(angle), allowed);
          ASSERT_NEAR(features(n, 1 + bands + k), std::cos(angle), allowed);
        }
      }
    }
  }
}

// By hand: five inputs, frequencies 1 and 2.5, position −½.
TYPED_TEST(PositionsTest, FourierFeaturesHaveTheirKnownValues) {
  const auto features = fourier_features<TypeParam>(Extents{5}, 2);
  const double allowed = 2 * kEpsilon<TypeParam>;
  EXPECT_EQ(features(0, 0), -1);
  EXPECT_EQ(features(4, 0), 1);
  EXPECT_EQ(features(1, 0), -0.5);
  EXPECT_NEAR(features(1, 1), -1, allowed);
  EXPECT_NEAR(features(1, 2), std::sqrt(0.5), allowed);
  EXPECT_NEAR(features(1, 3), 0, allowed);
  EXPECT_NEAR(features(1, 4), -std::sqrt(0.5), allowed);
}

// A dimension's features are those of a line of its extent, wherever it stands.
TYPED_TEST(PositionsTest, AGridHasTheFeaturesOfItsLines) {
  using T = TypeParam;
  constexpr std::size_t kBands = 3;
  for (const Extents& extents :
       {Extents{2, 3}, Extents{15, 17}, Extents{1, 5}, Extents{3, 4, 5}}) {
    const std::size_t dims = extents.size();
    const auto features = fourier_features<T>(extents, kBands);
    ASSERT_EQ(features.shape(1), fourier_channels(dims, kBands));
    for (std::size_t d = 0; d < dims; ++d) {
      const auto line = fourier_features<T>(Extents{extents[d]}, kBands);
      // Row-major: as many rows pass before this dimension takes a step.
      std::size_t stride = 1;
      for (std::size_t i = d + 1; i < dims; ++i) stride *= extents[i];
      for (std::size_t r = 0; r < features.shape(0); ++r) {
        const std::size_t at = r / stride % extents[d];
        EXPECT_EQ(features(r, d), line(at, 0));
        for (std::size_t k = 0; k < kBands; ++k) {
          const std::size_t sine = dims + d * kBands + k;
          EXPECT_EQ(features(r, sine), line(at, 1 + k));
          EXPECT_EQ(features(r, sine + dims * kBands),
                    line(at, 1 + kBands + k));
        }
      }
    }
  }
}

TEST(GridPoints, RunRowByRowFromEndToEnd) {
  const Tensor<double, 2> points = grid_points(Extents{2, 3});
  const double expected[6][2] = {{-1, -1}, {-1, 0}, {-1, 1},
                                 {1, -1},  {1, 0},  {1, 1}};
  ASSERT_EQ(points.shape(0), 6u);
  ASSERT_EQ(points.shape(1), 2u);
  for (std::size_t r = 0; r < 6; ++r) {
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(points(r, i), expected[r][i]) << r << ' ' << i;
    }
  }
  EXPECT_THROW(grid_points(Extents{}), Error);
  EXPECT_THROW(grid_points(Extents{4, 0}), Error);
}

// Points anywhere, and a resolution for each dimension that is not their number.
TYPED_TEST(PositionsTest, PointsHaveTheFrequenciesOfTheirResolution) {
  using T = TypeParam;
  constexpr std::size_t kRows = 17, kDims = 3, kBands = 5;
  const Extents resolution = {1, 9, 224};
  Tensor<double, 2> points = normal_tensor<double, 2>({kRows, kDims}, 1);
  for (double& p : points) p = std::tanh(p);
  const auto features = fourier_features<T>(points, resolution, kBands);
  ASSERT_EQ(features.shape(0), kRows);
  ASSERT_EQ(features.shape(1), fourier_channels(kDims, kBands));
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t i = 0; i < kDims; ++i) {
      EXPECT_EQ(features(r, i), static_cast<T>(points(r, i)));
      for (std::size_t k = 0; k < kBands; ++k) {
        const double f = 1 + (resolution[i] / 2.0 - 1) * double(k) / 4;
        const double angle = f * std::numbers::pi * points(r, i);
        const double allowed = kEpsilon<T> + 4e-16 * std::abs(angle);
        const std::size_t sine = kDims + i * kBands + k;
        EXPECT_NEAR(features(r, sine), std::sin(angle), allowed);
        EXPECT_NEAR(features(r, sine + kDims * kBands), std::cos(angle),
                    allowed);
      }
    }
  }
  const auto refusal = [&](const Extents& of) {
    EXPECT_THROW(fourier_features<T>(points, of, kBands), Error);
  };
  refusal({1, 9});
  refusal({1, 9, 0});
}

// ImageNet's: 224 by 224, 64 bands, "258" channels in the paper's code.
TEST(FourierChannels, ArePositionsSinesAndCosines) {
  EXPECT_EQ(fourier_channels(2, 64), 258u);
  EXPECT_EQ(fourier_channels(1, 1), 3u);
}

TYPED_TEST(PositionsTest, RefusesEmptyGrids) {
  EXPECT_THROW(fourier_features<TypeParam>(Extents{}, 1), Error);
  EXPECT_THROW(fourier_features<TypeParam>(Extents{3, 0}, 1), Error);
  EXPECT_THROW(fourier_features<TypeParam>(Extents{3}, 0), Error);
}

TYPED_TEST(PositionsTest, FeaturesAreWrittenBesideTheInput) {
  using T = TypeParam;
  for (const std::size_t rows : kOddExtents) {
    const auto input = normal_tensor<T, 3>({3, rows, 5}, 1);
    const auto features = normal_tensor<T, 2>({rows, 7}, 2);
    Tensor<T, 3> output;
    Ledger ledger;
    append_positions(input, features, output, ledger[Part::position_encoding]);
    ASSERT_EQ(output.shape(2), 12u);
    for (std::size_t b = 0; b < 3; ++b) {
      const MatrixView<T> view = example(output, b);
      EXPECT_EQ(max_difference(Matrix(example(input, b)), view.columns(0, 5)),
                0);
      EXPECT_EQ(max_difference(Matrix(matrix(features)), view.columns(5, 7)),
                0);
    }
    EXPECT_EQ(
        ledger.counted()[Part::position_encoding],
        (Work{.bytes_moved = sizeof(T) * (3 * rows * (5 + 12) + rows * 7)}));
    EXPECT_EQ(ledger.counted().total(),
              ledger.counted()[Part::position_encoding]);
  }
}

TYPED_TEST(PositionsTest, LearnedPositionsAreAdded) {
  using T = TypeParam;
  for (const std::size_t rows : kOddExtents) {
    const auto input = normal_tensor<T, 3>({3, rows, 5}, 1);
    const auto table = normal_tensor<T, 2>({rows, 5}, 2);
    Tensor<T, 3> output;
    Ledger ledger;
    add_positions(input, table, output, ledger[Part::position_encoding]);
    ASSERT_EQ(output.shape(), input.shape());
    for (std::size_t b = 0; b < 3; ++b) {
      const Matrix expected =
          naive::add(Matrix(example(input, b)), Matrix(matrix(table)));
      EXPECT_LE(max_difference(expected, example(output, b)), 4 * kEpsilon<T>);
    }
    EXPECT_EQ(ledger.counted()[Part::position_encoding],
              (Work{.bytes_moved = sizeof(T) * (3 * rows * 2 * 5 + rows * 5)}));
    EXPECT_EQ(ledger.counted().total(),
              ledger.counted()[Part::position_encoding]);
  }
}

TYPED_TEST(PositionsTest, RefusesTablesThatDoNotFit) {
  using T = TypeParam;
  const auto input = normal_tensor<T, 3>({2, 17, 5}, 1);
  Tensor<T, 3> output;
  Ledger ledger;
  const Meter meter = ledger[Part::position_encoding];
  const auto shorter = normal_tensor<T, 2>({16, 5}, 1);
  const auto narrower = normal_tensor<T, 2>({17, 4}, 1);
  EXPECT_THROW(append_positions(input, shorter, output, meter), Error);
  EXPECT_THROW(add_positions(input, shorter, output, meter), Error);
  EXPECT_THROW(add_positions(input, narrower, output, meter), Error);
}

TEST(FourierFeaturesBackwardTest, IsTheSlope) {
  const std::vector<std::size_t> resolution = {20, 31, 8};
  auto points = normal_tensor<double, 2>({9, 3}, 1);
  const auto weights =
      normal_tensor<double, 2>({9, fourier_channels(3, 5)}, 2);
  Tensor<double, 2> features, d_points({9, 3});
  d_points.fill(0);
  const auto loss = [&] {
    features = fourier_features<double>(points, resolution, 5);
    return weighted_sum(weights, features);
  };
  loss();
  fourier_features_backward<double>(matrix(std::as_const(features)),
                                    matrix(weights), resolution, 5,
                                    matrix(d_points));
  expect_slopes(points, d_points, loss, "points");
}

}  // namespace
}  // namespace suite
