// Products of panels against naive loops: the kernel, one thread, all threads.
#include <gtest/gtest.h>

#include "primitives/panels/packed_matrix.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class ProductTest : public testing::Test {
 protected:
  ~ProductTest() override { set_threads(threads_); }

  // Every extent beside every other, so that rests meet.
  template <class F>
  static void for_each_case(const F& f) {
    for (const std::size_t rows : {1, 7, 8, 9, 129, 600}) {
      for (const std::size_t depth : {1, 2, 17, 193, 613}) {
        for (const std::size_t cols : {1, 15, 16, 48, 49, 100}) {
          f(rows, depth, cols);
        }
      }
    }
  }

 private:
  int threads_ = threads();
};
TYPED_TEST_SUITE(ProductTest, Scalars, ScalarNames);

TYPED_TEST(ProductTest, BlocksMultiplyInBothOrders) {
  using T = TypeParam;
  constexpr std::size_t kWidth = kPanelWidth<T>;
  for (std::size_t rows = 1; rows <= 2 * kBlockRows + 1; ++rows) {
    for (const std::size_t depth : {1, 2, 17, 193}) {
      const auto left = normal_tensor<T, 2>({rows, depth + 3}, 1);
      const auto transposed = normal_tensor<T, 2>({depth, rows + 3}, 2);
      const auto panel = normal_tensor<T, 2>({depth, kWidth}, 3);
      Tensor<T, 2> out;
      out.resize({rows, kWidth});
      const auto keep = [&](std::size_t first) {
        return [&, first](std::size_t r, std::size_t v, const Vec<T>& sum) {
          store(&out(first + r, v * kLanes<T>), sum);
        };
      };
      for_each_block(rows, [&](std::size_t first, auto count) {
        block_product<T, count(), kPanelVectors, LeftOrder::row_by_row>(
            &left(first, 0), depth + 3, depth, panel.data(), FromZero<T>(),
            keep(first));
      });
      EXPECT_LE(max_difference(
                    naive::multiply(Matrix(matrix(left).columns(0, depth)),
                                    Matrix(matrix(panel))),
                    matrix(out)),
                rounding<T>(depth));
      for_each_block(rows, [&](std::size_t first, auto count) {
        block_product<T, count(), kPanelVectors, LeftOrder::depth_by_depth>(
            &transposed(0, first), rows + 3, depth, panel.data(),
            [&](std::size_t r, std::size_t v) {
              return Vec<T>(T(first + r + 10 * v));
            },
            keep(first));
      });
      Matrix expected = naive::multiply(
          naive::transpose(Matrix(matrix(transposed).columns(0, rows))),
          Matrix(matrix(panel)));
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t i = 0; i < kWidth; ++i) {
          expected(r, i) += double(r + 10 * (i / kLanes<T>));
        }
      }
      EXPECT_LE(max_difference(expected, matrix(out)), rounding<T>(depth + 99));
    }
  }
}

TYPED_TEST(ProductTest, MatricesMultiplyOnAllThreads) {
  using T = TypeParam;
  set_threads(3);
  this->for_each_case([](std::size_t rows, std::size_t depth,
                         std::size_t cols) {
    const auto left = normal_tensor<T, 2>({rows, depth + 1}, 1);
    const auto right = normal_tensor<T, 2>({depth, cols + 2}, 2);
    const auto turned = normal_tensor<T, 2>({cols, depth + 2}, 3);
    const auto bias = normal_tensor<T, 1>({cols}, 4);
    const Matrix l(matrix(left).columns(0, depth));
    for (const bool transpose : {false, true}) {
      for (const bool onto : {false, true}) {
        auto out = normal_tensor<T, 2>({rows, cols + 3}, 5);
        const auto before = out;
        const RightFactor<T> factor{transpose
                                        ? matrix(turned).columns(1, depth)
                                        : matrix(right).columns(1, cols),
                                    transpose};
        EXPECT_EQ(factor.cols(), cols);
        EXPECT_EQ(factor.depth(), depth);
        parallel_product<T>(
            matrix(left).columns(0, depth), factor, matrix(out).columns(2, cols),
            PanelTerms<T>{onto, bias.data()},
            [](const Vec<T>& sum) { return sum + sum; });
        const Matrix r(factor.matrix);
        Matrix expected =
            naive::affine(l, transpose ? naive::transpose(r) : r,
                          naive::row_of(bias));
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t j = 0; j < cols; ++j) {
            if (onto) expected(i, j) += double(before(i, j + 2));
            expected(i, j) *= 2;
          }
          // What stands beside the view is left alone.
          for (const std::size_t j : {std::size_t{0}, std::size_t{1},
                                      cols + 2}) {
            ASSERT_EQ(out(i, j), before(i, j));
          }
        }
        EXPECT_LE(max_difference(expected, matrix(out).columns(2, cols)),
                  4 * rounding<T>(depth + 2))
            << rows << ' ' << depth << ' ' << cols;
      }
    }
  });
}

TYPED_TEST(ProductTest, PackedMatricesMultiplyOnOneThread) {
  using T = TypeParam;
  PackedMatrix<T> packed;
  this->for_each_case([&](std::size_t rows, std::size_t depth,
                          std::size_t cols) {
    const auto left = normal_tensor<T, 2>({rows, depth}, 1);
    const auto right = normal_tensor<T, 2>({depth, cols}, 2);
    const auto bias = normal_tensor<T, 1>({cols}, 4);
    Tensor<T, 2> out;
    out.resize({rows, cols});
    Buffers buffers = Buffers::allocating(threads());
    packed.lay_out(depth, cols, buffers);
    packed.pack(matrix(right));
    packed.multiply(matrix(left), bias.data(), matrix(out));
    EXPECT_LE(max_difference(naive::affine(Matrix(matrix(left)),
                                           Matrix(matrix(right)),
                                           naive::row_of(bias)),
                             matrix(out)),
              2 * rounding<T>(depth + 1));
  });
}

TYPED_TEST(ProductTest, PartsOfAPackedMatrixGiveTheBitsOfAllOfIt) {
  using T = TypeParam;
  PackedMatrix<T> packed, whole;
  for (const std::size_t depth : {1, 17, 613}) {
    for (const std::size_t cols : {1, 15, 32, 49}) {
      for (const std::size_t parts : {1, 2, 5}) {
        const auto left = normal_tensor<T, 2>({9, depth}, 1);
        const auto right = normal_tensor<T, 2>({depth, parts * cols}, 2);
        const auto bias = normal_tensor<T, 1>({parts * cols}, 4);
        Tensor<T, 2> out, all;
        out.resize({9, cols});
        all.resize({9, parts * cols});
        Buffers buffers = Buffers::allocating(threads());
        whole.lay_out(depth, parts * cols, buffers);
        whole.pack(matrix(right));
        whole.multiply(matrix(left), bias.data(), matrix(all));
        packed.lay_out(depth, parts * cols, buffers, parts);
        packed.pack(matrix(right), parts);
        for (std::size_t part = 0; part < parts; ++part) {
          packed.multiply(matrix(left), bias.data(), matrix(out), part);
          for (std::size_t r = 0; r < 9; ++r) {
            for (std::size_t i = 0; i < cols; ++i) {
              ASSERT_EQ(out(r, i), all(r, part * cols + i))
                  << depth << ' ' << cols << ' ' << part << " of " << parts;
            }
          }
        }
      }
    }
  }
}

// An element's sum runs over the depth in one order, however work is divided.
TYPED_TEST(ProductTest, ThreadsChangeNoBit) {
  using T = TypeParam;
  this->for_each_case([](std::size_t rows, std::size_t depth,
                         std::size_t cols) {
    const auto left = normal_tensor<T, 2>({rows, depth}, 1);
    const auto right = normal_tensor<T, 2>({depth, cols}, 2);
    const auto product = [&](int count) {
      set_threads(count);
      Tensor<T, 2> out;
      out.resize({rows, cols});
      parallel_product<T>(matrix(left), {matrix(right)}, matrix(out), {},
                          AsItIs<T>());
      return out;
    };
    const auto alone = product(1);
    EXPECT_TRUE(same_bits(product(2), alone));
    EXPECT_TRUE(same_bits(product(3), alone));
  });
}

}  // namespace
}  // namespace suite
