#include "primitives/softmax.h"

#include <gtest/gtest.h>

#include <limits>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
class SoftmaxTest : public testing::Test {
 protected:
  static constexpr T kInfinity = std::numeric_limits<T>::infinity();
  static constexpr T kNan = std::numeric_limits<T>::quiet_NaN();

  static Tensor<T, 2> of(Tensor<T, 2> logits,
                         const std::uint8_t* valid = nullptr) {
    Ledger ledger;
    softmax_rows(matrix(logits), valid, ledger[Part::softmax]);
    return logits;
  }
  // One row of equal logits but for one.
  static Tensor<T, 2> row(std::size_t cols, T logit, std::size_t at, T other) {
    Tensor<T, 2> made;
    made.resize({1, cols});
    made.fill(logit);
    made(0, at) = other;
    return made;
  }
  static std::vector<std::uint8_t> every_third_hidden(std::size_t cols) {
    std::vector<std::uint8_t> valid(cols);
    for (std::size_t c = 0; c < cols; ++c) valid[c] = c % 3 != 0;
    return valid;
  }
};
TYPED_TEST_SUITE(SoftmaxTest, Scalars, ScalarNames);

TYPED_TEST(SoftmaxTest, WeighsByTheExponential) {
  using T = TypeParam;
  for (const std::size_t cols : kOddExtents) {
    auto logits = normal_tensor<T, 2>({17, cols}, cols);
    for (T& logit : logits) logit *= 4;
    const Matrix expected = naive::softmax(Matrix(matrix(logits)), nullptr);
    const auto weights = this->of(logits);
    EXPECT_LE(max_difference(expected, matrix(weights)), 16 * kEpsilon<T>)
        << cols;
  }
}

TYPED_TEST(SoftmaxTest, RowsSumToOne) {
  using T = TypeParam;
  for (const std::size_t cols : kOddExtents) {
    const auto weights = this->of(normal_tensor<T, 2>({17, cols}, 1));
    for (std::size_t r = 0; r < 17; ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < cols; ++c) {
        sum += weights(r, c);
        EXPECT_GT(weights(r, c), 0);
      }
      EXPECT_NEAR(sum, 1, rounding<T>(1)) << cols;
    }
  }
}

// A shift by whole numbers is exact, so the weights must be the same bits.
TYPED_TEST(SoftmaxTest, ASharedShiftChangesNothing) {
  using T = TypeParam;
  for (const std::size_t cols : kOddExtents) {
    auto logits = normal_tensor<T, 2>({3, cols}, 1);
    for (T& logit : logits) logit = std::nearbyint(logit * 4);
    const auto weights = this->of(logits);
    for (const int shift : {-100000, -88, 3, 100000}) {
      auto shifted = logits;
      for (T& logit : shifted) logit += shift;
      EXPECT_TRUE(same_bits(this->of(shifted), weights)) << shift;
    }
  }
}

TYPED_TEST(SoftmaxTest, HugeLogitsDoNotOverflow) {
  using T = TypeParam;
  const T huge = std::numeric_limits<T>::max();
  for (const std::size_t cols : {2, 16, 49}) {
    for (const T highest : {T(1e4), T(1e30), huge}) {
      const auto one = this->of(this->row(cols, T(-1e4), cols - 1, highest));
      const auto all = this->of(this->row(cols, highest, 0, highest));
      const auto low = this->of(this->row(cols, -highest, 0, -highest));
      for (std::size_t c = 0; c < cols; ++c) {
        EXPECT_EQ(one(0, c), c + 1 == cols ? 1 : 0) << highest;
        EXPECT_NEAR(all(0, c), 1.0 / cols, kEpsilon<T>) << highest;
        EXPECT_NEAR(low(0, c), 1.0 / cols, kEpsilon<T>) << highest;
      }
    }
    // Further apart than the type can tell.
    EXPECT_EQ(this->of(this->row(cols, -huge, 0, huge))(0, 0), 1);
  }
}

TYPED_TEST(SoftmaxTest, HiddenColumnsWeighNothing) {
  using T = TypeParam;
  for (const std::size_t cols : kOddExtents) {
    const auto valid = this->every_third_hidden(cols);
    auto logits = normal_tensor<T, 2>({17, cols}, cols);
    // Whatever they hold, and be it the largest.
    for (std::size_t c = 0; c < cols; c += 3) {
      for (std::size_t r = 0; r < 17; ++r) {
        logits(r, c) = r % 3 == 0 ? this->kNan : r % 3 == 1 ? T(1e30) : T(-1);
      }
    }
    const Matrix expected =
        naive::softmax(Matrix(matrix(logits)), valid.data());
    const auto weights = this->of(logits, valid.data());
    EXPECT_LE(max_difference(expected, matrix(weights)), 16 * kEpsilon<T>)
        << cols;
    for (std::size_t c = 0; c < cols; c += 3) EXPECT_EQ(weights(5, c), 0);
  }
}

TYPED_TEST(SoftmaxTest, ARowWithoutAValidColumnIsZero) {
  using T = TypeParam;
  for (const std::size_t cols : kOddExtents) {
    const std::vector<std::uint8_t> none(cols, 0);
    const auto weights =
        this->of(normal_tensor<T, 2>({3, cols}, 1), none.data());
    for (const T weight : weights) EXPECT_EQ(weight, 0) << cols;
    const auto nowhere =
        this->of(this->row(cols, -this->kInfinity, 0, -this->kInfinity));
    for (const T weight : nowhere) EXPECT_EQ(weight, 0) << cols;
  }
}

TYPED_TEST(SoftmaxTest, ANanStaysVisible) {
  using T = TypeParam;
  for (const std::size_t cols : kOddExtents) {
    for (const std::size_t at : {std::size_t{0}, cols / 2, cols - 1}) {
      for (const T others : {T(1), -this->kInfinity}) {
        const auto weights = this->of(this->row(cols, others, at, this->kNan));
        EXPECT_TRUE(std::isnan(weights(0, at))) << cols << ' ' << at;
      }
    }
  }
}

TYPED_TEST(SoftmaxTest, LeavesWhatStandsBesideTheView) {
  using T = TypeParam;
  auto logits = normal_tensor<T, 2>({7, 49}, 1);
  const auto before = logits;
  Ledger ledger;
  softmax_rows(matrix(logits).columns(3, 33).row_range(1, 5), nullptr,
               ledger[Part::softmax]);
  for (std::size_t r = 0; r < 7; ++r) {
    for (std::size_t c = 0; c < 49; ++c) {
      const bool within = r >= 1 && r < 6 && c >= 3 && c < 36;
      EXPECT_EQ(logits(r, c) != before(r, c), within) << r << ' ' << c;
    }
  }
}

TYPED_TEST(SoftmaxTest, CountsItsLogits) {
  using T = TypeParam;
  auto logits = normal_tensor<T, 2>({7, 49}, 1);
  Ledger ledger;
  softmax_rows(matrix(logits), nullptr, ledger[Part::softmax]);
  EXPECT_EQ(ledger.counted()[Part::softmax],
            (Work{.logits = 7 * 49, .bytes_moved = 2 * 7 * 49 * sizeof(T)}));
  EXPECT_EQ(ledger.counted().total(), ledger.counted()[Part::softmax]);
}

}  // namespace
}  // namespace suite
