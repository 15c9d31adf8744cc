#include "primitives/gemm.h"

#include <gtest/gtest.h>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class GemmTest : public testing::Test {
 protected:
  static constexpr T kBeside = 77;  // what stands beside a view

  // A view of [rows, cols] within a wider tensor.
  struct Framed {
    Tensor<T, 2> tensor;
    MatrixView<T> view;

    Framed(std::size_t rows, std::size_t cols, std::uint64_t seed) {
      const auto values = normal_tensor<T, 2>({rows, cols}, seed);
      tensor.resize({rows + 2, cols + 5});
      tensor.fill(kBeside);
      view = {&tensor(1, 2), rows, cols, cols + 5};
      for (std::size_t r = 0; r < rows; ++r) {
        std::copy_n(&values(r, 0), cols, view.row(r));
      }
    }
    bool frame_is_whole() const {
      const Matrix all(matrix(tensor));
      std::size_t beside = 0;
      for (const double value : all.values) beside += value == kBeside;
      return beside == tensor.size() - view.rows * view.cols;
    }
  };

  static Operand<T> operand(const Framed& matrix, bool transpose) {
    return {matrix.view, transpose};
  }

  static void check(std::size_t rows, std::size_t depth, std::size_t cols,
                    bool left_transposed, bool right_transposed, T scale,
                    bool accumulate) {
    const Framed left(left_transposed ? depth : rows,
                      left_transposed ? rows : depth, 1);
    const Framed right(right_transposed ? cols : depth,
                       right_transposed ? depth : cols, 2);
    const Framed out(rows, cols, 3);
    const Matrix a(left.view), b(right.view);
    Matrix expected = naive::multiply(left_transposed ? transpose(a) : a,
                                      right_transposed ? transpose(b) : b);
    for (double& value : expected.values) value *= scale;
    if (accumulate) expected = naive::add(expected, Matrix(out.view));
    Ledger ledger;
    gemm(operand(left, left_transposed), operand(right, right_transposed),
         out.view, ledger[Part::scores], scale, accumulate);
    EXPECT_LE(max_difference(expected, out.view),
              (1 + std::abs(scale)) * rounding<T>(depth + 1))
        << rows << ' ' << depth << ' ' << cols << ' ' << left_transposed
        << right_transposed << accumulate;
    EXPECT_TRUE(out.frame_is_whole());
    EXPECT_TRUE(left.frame_is_whole() && right.frame_is_whole());
    EXPECT_EQ(ledger.counted()[Part::scores].macs, rows * depth * cols);
    EXPECT_EQ(ledger.counted()[Part::scores].bytes_moved,
              sizeof(T) * (rows * depth + depth * cols +
                           (accumulate ? 2 : 1) * rows * cols));
    EXPECT_EQ(ledger.counted().total(), ledger.counted()[Part::scores]);
  }
};
TYPED_TEST_SUITE(GemmTest, Scalars, ScalarNames);

TYPED_TEST(GemmTest, MultipliesViewsAsTheyStandOrTransposed) {
  constexpr std::size_t kCount = kOddExtents.size();
  for (std::size_t i = 0; i < kCount; ++i) {
    for (const bool left : {false, true}) {
      for (const bool right : {false, true}) {
        this->check(kOddExtents[i], kOddExtents[(i + 3) % kCount],
                    kOddExtents[(i + 7) % kCount], left, right, 1, false);
      }
    }
  }
}

TYPED_TEST(GemmTest, ScalesAndAccumulates) {
  for (const std::size_t extent : {1, 17, 48}) {
    for (const bool transpose : {false, true}) {
      this->check(extent, 33, 15, transpose, false, TypeParam(-0.5), true);
      this->check(extent, 33, 15, false, transpose, TypeParam(3), false);
      this->check(extent, 33, 15, false, transpose, TypeParam(1), true);
    }
  }
}

TYPED_TEST(GemmTest, ReadsNothingOfWhatItOverwrites) {
  using T = TypeParam;
  const auto a = normal_tensor<T, 2>({17, 33}, 1);
  const auto b = normal_tensor<T, 2>({33, 15}, 2);
  Tensor<T, 2> out;
  out.resize({17, 15});
  out.fill(std::numeric_limits<T>::quiet_NaN());
  Ledger ledger;
  gemm<T>(matrix(a), matrix(b), matrix(out), ledger[Part::mlp]);
  const Matrix expected = naive::multiply(Matrix(matrix(a)), Matrix(matrix(b)));
  EXPECT_LE(max_difference(expected, matrix(out)), rounding<T>(33));
}

// Two operands may be the same memory, and their product is not symmetric.
TYPED_TEST(GemmTest, OperandsMayBeTheSame) {
  using T = TypeParam;
  for (const std::size_t extent : kOddExtents) {
    if (extent > 193) continue;
    const auto a = normal_tensor<T, 2>({extent, extent}, 1);
    Tensor<T, 2> out;
    out.resize({extent, extent});
    Ledger ledger;
    const auto expect_product = [&](Operand<T> left, Operand<T> right) {
      const Matrix l(left.view), r(right.view);
      gemm(left, right, matrix(out), ledger[Part::mlp]);
      EXPECT_LE(
          max_difference(naive::multiply(left.transpose ? transpose(l) : l,
                                         right.transpose ? transpose(r) : r),
                         matrix(out)),
          rounding<T>(extent * extent))  // squares on the diagonal
          << extent << left.transpose << right.transpose;
    };
    const MatrixView<const T> view = matrix(a);
    expect_product(view, view);
    expect_product(view, transposed(view));
    expect_product(transposed(view), view);
    expect_product(transposed(view), transposed(view));
  }
}

TYPED_TEST(GemmTest, OperandsMayBeginAtTheSameValue) {
  using T = TypeParam;
  const auto a = normal_tensor<T, 2>({49, 33}, 1);
  Tensor<T, 2> out;
  out.resize({17, 49});
  Ledger ledger;
  gemm<T>(matrix(a).row_range(0, 17), transposed(matrix(a)), matrix(out),
          ledger[Part::mlp]);
  const Matrix all(matrix(a)), first(matrix(a).row_range(0, 17));
  EXPECT_LE(max_difference(naive::multiply(first, transpose(all)), matrix(out)),
            rounding<T>(33 * 33));
}

TYPED_TEST(GemmTest, RefusesToOverwriteAnOperand) {
  using T = TypeParam;
  Tensor<T, 2> a = normal_tensor<T, 2>({40, 16}, 1);
  const auto b = normal_tensor<T, 2>({16, 16}, 2);
  const MatrixView<T> all = matrix(a);
  Ledger ledger;
  const auto multiply = [&](Operand<T> left, Operand<T> right,
                            MatrixView<T> out) {
    gemm(left, right, out, ledger[Part::mlp]);
  };
  EXPECT_THROW(multiply(all, matrix(b), all), Error);
  EXPECT_THROW(multiply(matrix(b), transposed(all.row_range(0, 16)),
                        all.row_range(0, 16)),
               Error);
  // One row, one column, one value in common.
  EXPECT_THROW(multiply(all.row_range(0, 8), matrix(b), all.row_range(7, 8)),
               Error);
  EXPECT_THROW(
      multiply(all.columns(0, 8), matrix(b).row_range(0, 8).columns(0, 8),
               all.columns(7, 8)),
      Error);
  EXPECT_THROW(multiply(all.row_range(0, 8).columns(0, 8),
                        matrix(b).row_range(0, 8).columns(0, 8),
                        all.row_range(7, 8).columns(7, 8)),
               Error);
  // Another stride: no telling, so no.
  EXPECT_THROW(multiply(all.row_range(0, 8), matrix(b).columns(0, 8),
                        MatrixView<T>{all.data, 8, 8, 8}),
               Error);
  EXPECT_EQ(ledger.counted().total(), Work());
}

TYPED_TEST(GemmTest, WritesBesideAnOperandInTheSameTensor) {
  using T = TypeParam;
  Tensor<T, 2> a = normal_tensor<T, 2>({40, 20}, 1);
  const auto b = normal_tensor<T, 2>({7, 9}, 2);
  Ledger ledger;
  const auto check = [&](MatrixView<T> left, MatrixView<T> out) {
    const Matrix expected = naive::multiply(Matrix(left), Matrix(matrix(b)));
    gemm<T>(left, matrix(b), out, ledger[Part::mlp]);
    EXPECT_LE(max_difference(expected, out), rounding<T>(7));
  };
  const MatrixView<T> all = matrix(a);
  check(all.columns(0, 7), all.columns(7, 9));
  check(all.columns(9, 7), all.columns(0, 9));
  check(all.row_range(0, 20).columns(5, 7),
        all.row_range(20, 20).columns(5, 9));
}

TYPED_TEST(GemmTest, RefusesExtentsThatDoNotFit) {
  using T = TypeParam;
  const auto a = normal_tensor<T, 2>({3, 4}, 1);
  const auto b = normal_tensor<T, 2>({5, 3}, 2);
  Tensor<T, 2> out;
  out.resize({3, 3});
  Ledger ledger;
  EXPECT_THROW(gemm<T>(matrix(a), matrix(b), matrix(out), ledger[Part::mlp]),
               Error);
  EXPECT_THROW(gemm<T>(matrix(a), transposed(matrix(a)),
                       matrix(out).row_range(0, 2), ledger[Part::mlp]),
               Error);
  EXPECT_THROW(gemm<T>(matrix(a), transposed(matrix(a)),
                       matrix(out).columns(0, 2), ledger[Part::mlp]),
               Error);
}

TYPED_TEST(GemmTest, RefusesWhatBlasCannotCount) {
  const std::size_t many = std::size_t{1} << 31;
  TypeParam value = 0;
  const MatrixView<TypeParam> left{&value, many, 0, 1}, right{&value, 0, 0, 1};
  Ledger ledger;
  EXPECT_THROW(gemm<TypeParam>(left, right, left, ledger[Part::mlp]), Error);
}

TYPED_TEST(GemmTest, ThreadsShareAProduct) {
  using T = TypeParam;
  const int before = threads();
  const auto a = normal_tensor<T, 2>({193, 193}, 1);
  const auto b = normal_tensor<T, 2>({193, 613}, 2);
  const Matrix expected = naive::multiply(Matrix(matrix(a)), Matrix(matrix(b)));
  Ledger ledger;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    EXPECT_EQ(threads(), count);
    Tensor<T, 2> out;
    out.resize({193, 613});
    gemm<T>(matrix(a), matrix(b), matrix(out), ledger[Part::mlp]);
    EXPECT_LE(max_difference(expected, matrix(out)), rounding<T>(193)) << count;
  }
  set_threads(before);
}

TEST(Threads, AreOneToAThousand) {
  const int before = threads();
  for (const int count : {-1, 0, 1025}) {
    EXPECT_THROW(set_threads(count), Error) << count;
    EXPECT_EQ(threads(), before);
  }
  set_threads(before);
  EXPECT_GE(cores(), 1);
}

// OpenBLAS lowers OpenMP's count to its own most: that must not pass for yes.
TEST(Threads, AreAsManyAsAskedForOrNone) {
  const int before = threads();
  for (const int count : {1, 2, 3, 65, 1024}) {
    try {
      set_threads(count);
      EXPECT_EQ(threads(), count);
    } catch (const Error&) {
      EXPECT_GT(count, 3);
    }
  }
  set_threads(before);
}

TEST(Threads, AllAreTheCoresOrWhatBlasCanHave) {
  const int before = threads();
  const int all = set_all_threads();
  EXPECT_GE(all, 1);
  EXPECT_LE(all, cores());
  EXPECT_NO_THROW(set_threads(all));
  set_threads(before);
}

TEST(Blas, SaysWhatItIs) {
  EXPECT_NE(blas_description().find("OpenBLAS"), std::string::npos);
  EXPECT_NE(blas_description().find("; core " + blas_core()),
            std::string::npos);
}

}  // namespace
}  // namespace suite
