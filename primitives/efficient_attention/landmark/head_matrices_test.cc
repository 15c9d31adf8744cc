#include "primitives/efficient_attention/landmark/head_matrices.h"

#include "primitives/efficient_attention/landmark/row_products.h"
#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
class HeadMatricesTest : public testing::Test {};
TYPED_TEST_SUITE(HeadMatricesTest, Scalars, ScalarNames);

// Well-conditioned: unit diagonal, small rest.
template <class T>
Tensor<T, 3> near_identity(std::size_t count, std::size_t m) {
  auto a = normal_tensor<T, 3>({count, m, m}, 5);
  for (T& value : a) value *= T(0.2) / std::sqrt(static_cast<T>(m));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t r = 0; r < m; ++r) a(i, r, r) += 1;
  }
  return a;
}

TYPED_TEST(HeadMatricesTest, AnInverseTimesItsMatrixIsTheIdentity) {
  using T = TypeParam;
  for (const std::size_t m : {1, 2, 17, 64, 193}) {
    const auto a = near_identity<T>(3, m);
    Tensor<T, 3> inverses;
    Ledger ledger;
    PseudoInverse<T>().forward(a, 12, inverses, ledger[Part::weighted_sum]);
    EXPECT_EQ(ledger.counted()[Part::weighted_sum].macs, 3 * 12 * 4 * m * m * m);
    for (std::size_t i = 0; i < 3; ++i) {
      const naive::Matrix product = naive::multiply(
          naive::Matrix(example(a, i)), naive::Matrix(example(inverses, i)));
      for (std::size_t r = 0; r < m; ++r) {
        for (std::size_t c = 0; c < m; ++c) {
          ASSERT_LE(std::abs(product(r, c) - (r == c ? 1 : 0)),
                    4 * rounding<T>(m))
              << m;
        }
      }
    }
  }
}

TYPED_TEST(HeadMatricesTest, WeightsAndProductsAreThoseOfTheirHeads) {
  using T = TypeParam;
  constexpr std::size_t kBatch = 2, kHeads = 3, kM = 17, kD = 5;
  const auto q = normal_tensor<T, 3>({kBatch, kM, kHeads * kD}, 1);
  const auto k = normal_tensor<T, 3>({kBatch, kM, kHeads * kD}, 2);
  const auto v = normal_tensor<T, 3>({kBatch, kM, kHeads * kD}, 3);
  Tensor<T, 3> weights, output;
  Ledger ledger;
  head_weights(q, k, kHeads, weights, ledger);
  multiply_heads(weights, v, output, ledger[Part::weighted_sum]);
  for (std::size_t b = 0; b < kBatch; ++b) {
    EXPECT_LE(max_difference(naive::attention(naive::Matrix(example(q, b)),
                                              naive::Matrix(example(k, b)),
                                              naive::Matrix(example(v, b)),
                                              kHeads, nullptr),
                             example(output, b)),
              rounding<T>(kM));
  }
}

TYPED_TEST(HeadMatricesTest, SegmentsAreNearEqualAndLeaveHiddenRowsOut) {
  using T = TypeParam;
  Tensor<T, 3> x;
  x.resize({1, 7, 1});
  for (std::size_t n = 0; n < 7; ++n) x(0, n, 0) = static_cast<T>(n);
  Mask mask;
  mask.resize({1, 7});
  mask.fill(1);
  mask(0, 0) = mask(0, 1) = mask(0, 5) = 0;
  Tensor<T, 3> means;
  Ledger ledger;
  segment_means<T>(x, Mask(), 3, means, ledger[Part::scores]);  // 01 23 456
  EXPECT_EQ(means(0, 0, 0), T(0.5));
  EXPECT_EQ(means(0, 1, 0), T(2.5));
  EXPECT_EQ(means(0, 2, 0), T(5));
  segment_means<T>(x, mask, 3, means, ledger[Part::scores]);
  EXPECT_EQ(means(0, 0, 0), T(0)) << "nothing is left";
  EXPECT_EQ(means(0, 1, 0), T(2.5));
  EXPECT_EQ(means(0, 2, 0), T(5)) << "of 4 and 6";
  EXPECT_THROW(segment_means<T>(x, mask, 8, means, ledger[Part::scores]),
               Error);
}

TYPED_TEST(HeadMatricesTest, RowsAreCombinedWithHiddenOnesAsZeros) {
  using T = TypeParam;
  const auto weights = normal_tensor<T, 2>({5, 49}, 1);
  const auto x = normal_tensor<T, 3>({2, 49, 11}, 2);
  Mask mask;
  mask.resize({2, 49});
  for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 != 0;
  for (const bool masked : {false, true}) {
    Tensor<T, 3> shown, output;
    Ledger ledger;
    combine_rows<T>(weights, x, masked ? mask : Mask(), shown, output,
                    ledger[Part::scores]);
    for (std::size_t b = 0; b < 2; ++b) {
      naive::Matrix rows(example(x, b));
      for (std::size_t n = 0; n < 49; ++n) {
        for (std::size_t c = 0; c < 11; ++c) {
          if (masked && mask(b, n) == 0) rows(n, c) = 0;
        }
      }
      EXPECT_LE(
          max_difference(naive::multiply(naive::Matrix(matrix(weights)), rows),
                         example(output, b)),
          rounding<T>(49));
    }
  }
}

// More rows and columns than a block or tile has, and a rest.
TYPED_TEST(HeadMatricesTest, CombinedRowsGiveTheirGradientsBack) {
  using T = TypeParam;
  const auto weights = normal_tensor<T, 2>({70, 649}, 1);
  const auto x = normal_tensor<T, 3>({2, 649, 51}, 2);
  const auto d_output = normal_tensor<T, 3>({2, 70, 51}, 3);
  Mask mask;
  mask.resize({2, 649});
  for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 != 0;
  const int before = threads();
  Tensor<T, 2> first_weights;
  Tensor<T, 3> first_input;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    auto d_weights = normal_tensor<T, 2>({70, 649}, 4);
    Tensor<T, 3> shown, d_input = x;
    Ledger ledger;
    combine_rows_backward<T>(weights, x, mask, d_output, shown, d_weights,
                             d_input, ledger[Part::scores]);
    EXPECT_EQ(ledger.counted()[Part::scores].macs, 2 * 2 * 70 * 649 * 51);
    if (count > 1) {
      EXPECT_TRUE(same_bits(d_weights, first_weights));
      EXPECT_TRUE(same_bits(d_input, first_input));
      continue;
    }
    first_weights = d_weights;
    first_input = d_input;
    naive::Matrix all(matrix(normal_tensor<T, 2>({70, 649}, 4)));
    for (std::size_t b = 0; b < 2; ++b) {
      naive::Matrix rows(649, 51);
      for (std::size_t n = 0; n < 649; ++n) {
        for (std::size_t c = 0; c < 51; ++c) {
          for (std::size_t r = 0; r < 70 && mask(b, n) != 0; ++r) {
            all(r, n) += double{d_output(b, r, c)} * x(b, n, c);
            rows(n, c) += double{weights(r, n)} * d_output(b, r, c);
          }
        }
      }
      EXPECT_LE(max_difference(rows, example(d_input, b)), rounding<T>(70));
    }
    EXPECT_LE(max_difference(all, matrix(d_weights)), 2 * rounding<T>(102));
  }
  set_threads(before);
}

}  // namespace
}  // namespace suite
