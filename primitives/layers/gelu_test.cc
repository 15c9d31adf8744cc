#include "primitives/layers/gelu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

// values ← gelu(values), by vectors.
template <class T>
void apply_gelu(MatrixView<T> values, Gelu form) {
  for (std::size_t r = 0; r < values.rows; ++r) {
    for (std::size_t c = 0; c < values.cols; c += kLanes<T>) {
      const std::size_t count = std::min(kLanes<T>, values.cols - c);
      const Vec<T> x = load_first(values.row(r) + c, count);
      store_first(values.row(r) + c,
                  form == Gelu::erf ? gelu<Gelu::erf, T>(x)
                                    : gelu<Gelu::tanh, T>(x),
                  count);
    }
  }
}

template <class T>
class GeluTest : public testing::Test {
 protected:
  static Matrix expected(const Matrix& x, Gelu form) {
    return form == Gelu::erf ? naive::gelu_erf(x) : naive::gelu_tanh(x);
  }
  // Times x. xsimd's erf of doubles is off by up to 34 ε.
  static double allowed(Gelu form) {
    const bool loose = form == Gelu::erf && std::is_same_v<T, double>;
    return (loose ? 32 : 4) * kEpsilon<T>;
  }
  static double of(double x, Gelu form) {
    T value = static_cast<T>(x);
    apply_gelu<T>(MatrixView<T>{&value, 1, 1, 1}, form);
    return value;
  }
};
TYPED_TEST_SUITE(GeluTest, Scalars, ScalarNames);

TYPED_TEST(GeluTest, HasItsKnownValues) {
  const double allowed = 4 * kEpsilon<TypeParam>;
  EXPECT_EQ(this->of(0, Gelu::erf), 0);
  EXPECT_EQ(this->of(0, Gelu::tanh), 0);
  EXPECT_NEAR(this->of(1, Gelu::erf), 0.84134474606854293, allowed);
  EXPECT_NEAR(this->of(-1, Gelu::erf), -0.15865525393145707, allowed);
  EXPECT_NEAR(this->of(1, Gelu::tanh), 0.84119199060827650, allowed);
  EXPECT_NEAR(this->of(-1, Gelu::tanh), -0.15880800939172350, allowed);
}

TYPED_TEST(GeluTest, IsTheSameInEveryLane) {
  using T = TypeParam;
  for (const Gelu form : {Gelu::erf, Gelu::tanh}) {
    for (const std::size_t cols : kOddExtents) {
      auto values = normal_tensor<T, 2>({3, cols}, cols);
      for (T& value : values) value *= 2;
      const Matrix before(matrix(values));
      apply_gelu<T>(matrix(values), form);
      EXPECT_LE(max_difference(this->expected(before, form), matrix(values)),
                8 * this->allowed(form))
          << cols;
    }
  }
}

TYPED_TEST(GeluTest, IsRightFromTailToTail) {
  using T = TypeParam;
  Tensor<T, 2> values;
  values.resize({1, 40001});
  for (const Gelu form : {Gelu::erf, Gelu::tanh}) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values(0, i) = static_cast<T>((static_cast<double>(i) - 20000) / 1000);
    }
    const Matrix x(matrix(values)), y = this->expected(x, form);
    apply_gelu<T>(matrix(values), form);
    for (std::size_t i = 0; i < values.size(); ++i) {
      // Relative to x: 1 + erf x cancels on the left.
      ASSERT_NEAR(values(0, i), y(0, i),
                  this->allowed(form) * (std::abs(x(0, i)) + 1e-3))
          << x(0, i);
    }
  }
}

TYPED_TEST(GeluTest, FarOutItIsTheIdentityOrNothing) {
  for (const Gelu form : {Gelu::erf, Gelu::tanh}) {
    for (const double x : {50.0, 1e4, 1e15}) {
      EXPECT_EQ(this->of(x, form), static_cast<TypeParam>(x));
      EXPECT_EQ(this->of(-x, form), 0);
    }
  }
}

TYPED_TEST(GeluTest, ItsTwoFormsDifferByTheirKnownMost) {
  double most = 0;
  for (double x = -6; x < 6; x += 1e-3) {
    most = std::max(most,
                    std::abs(this->of(x, Gelu::erf) - this->of(x, Gelu::tanh)));
  }
  EXPECT_NEAR(most, 4.7e-4, 0.05e-4);
}

TYPED_TEST(GeluTest, KeepsNan) {
  for (const Gelu form : {Gelu::erf, Gelu::tanh}) {
    EXPECT_TRUE(std::isnan(
        this->of(std::numeric_limits<double>::quiet_NaN(), form)));
  }
}

}  // namespace
}  // namespace suite
