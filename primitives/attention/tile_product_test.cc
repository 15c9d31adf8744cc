#include "primitives/attention/tile_product.h"

#include <gtest/gtest.h>

#include <vector>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class TileProductTest : public testing::Test {
 protected:
  template <std::size_t vectors, LeftOrder order>
  static void check(std::size_t rows, std::size_t depth, bool accumulate) {
    constexpr std::size_t kWidth = vectors * kLanes<T>;
    constexpr bool kByRow = order == LeftOrder::row_by_row;
    // The left factor lies within a wider matrix.
    const auto left = normal_tensor<T, 2>(
        {kByRow ? rows : depth, (kByRow ? depth : rows) + 3}, 1);
    const auto panel = normal_tensor<T, 2>({depth, kWidth}, 2);
    auto out = normal_tensor<T, 2>({rows + 1, kWidth}, 3);
    const auto before = out;
    const Matrix a(matrix(left).columns(0, kByRow ? depth : rows));
    Matrix expected = naive::multiply(kByRow ? a : naive::transpose(a),
                                      Matrix(matrix(panel)));
    if (accumulate) {
      expected =
          naive::add(expected, Matrix(matrix(before).row_range(0, rows)));
    }
    tile_product<T, vectors, order>(left.data(), left.shape(1), rows, depth,
                                    panel.data(), out.data(), accumulate);
    EXPECT_LE(max_difference(expected, matrix(out).row_range(0, rows)),
              rounding<T>(depth + 1))
        << vectors << " vectors, " << rows << " rows, depth " << depth;
    for (std::size_t i = 0; i < kWidth; ++i) {
      EXPECT_EQ(out(rows, i), before(rows, i)) << "beyond its rows";
    }
  }

  template <std::size_t vectors>
  static void check_all() {
    for (std::size_t rows = 1; rows <= 2 * kTileRows + 1; ++rows) {
      for (const std::size_t depth : {1, 2, 17, 193}) {
        for (const bool accumulate : {false, true}) {
          check<vectors, LeftOrder::row_by_row>(rows, depth, accumulate);
          check<vectors, LeftOrder::depth_by_depth>(rows, depth, accumulate);
        }
      }
    }
  }
};
TYPED_TEST_SUITE(TileProductTest, Scalars, ScalarNames);

TYPED_TEST(TileProductTest, MultipliesATileByAPanel) {
  this->template check_all<1>();
  this->template check_all<2>();
  this->template check_all<kPanelVectors>();
}

TYPED_TEST(TileProductTest, ReadsNothingOfWhatItOverwrites) {
  using T = TypeParam;
  std::vector<T> left(5, T(2)), panel(kLanes<T>, T(3));
  std::vector<T> out(5 * kLanes<T>, std::numeric_limits<T>::quiet_NaN());
  tile_product<T, 1, LeftOrder::row_by_row>(left.data(), 1, 5, 1, panel.data(),
                                            out.data(), false);
  for (const T value : out) EXPECT_EQ(value, 6);
}

TYPED_TEST(TileProductTest, NoRowsAreNoWork) {
  using T = TypeParam;
  std::vector<T> panel(kLanes<T>, T(3)), out(kLanes<T>, T(7));
  tile_product<T, 1, LeftOrder::depth_by_depth>(
      panel.data(), 1, 0, 1, panel.data(), out.data(), false);
  for (const T value : out) EXPECT_EQ(value, 7);
}

// Sums of a row are the same whatever rows are beside it: the same key, in
// another tile, has the same score.
TYPED_TEST(TileProductTest, ARowIsTheSameInEveryBlock) {
  using T = TypeParam;
  constexpr std::size_t kRows = 2 * kTileRows - 1, kDepth = 33;
  const auto left = normal_tensor<T, 2>({kRows, kDepth}, 1);
  const auto panel = normal_tensor<T, 2>({kDepth, kLanes<T>}, 2);
  Tensor<T, 2> together, alone;
  together.resize({kRows, kLanes<T>});
  alone.resize({kRows, kLanes<T>});
  tile_product<T, 1, LeftOrder::row_by_row>(
      left.data(), kDepth, kRows, kDepth, panel.data(), together.data(), false);
  for (std::size_t r = 0; r < kRows; ++r) {
    tile_product<T, 1, LeftOrder::row_by_row>(
        &left(r, 0), kDepth, 1, kDepth, panel.data(), &alone(r, 0), false);
  }
  EXPECT_TRUE(same_bits(together, alone));
}

}  // namespace
}  // namespace suite
