#include "primitives/simd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "primitives/testing.h"

namespace suite {
namespace {

template <class T>
class SimdTest : public testing::Test {
 protected:
  static constexpr T kInfinity = std::numeric_limits<T>::infinity();
  // The exponent of the smallest normal number.
  static constexpr int kSmallest = std::numeric_limits<T>::min_exponent - 1;

  static T exp2(T x) {
    std::array<T, kLanes<T>> lanes;
    store(lanes.data(), power_of_two(Vec<T>(x)));
    for (const T lane : lanes) {
      EXPECT_EQ(std::memcmp(&lane, &lanes[0], sizeof(T)), 0) << x;
    }
    return lanes[0];
  }

  // Units in the last place between exp2(x) and the truth.
  static double ulps(T x) {
    const long double truth = std::exp2(static_cast<long double>(x));
    const int digits = std::numeric_limits<T>::digits;
    const long double unit = std::ldexp(1.0L, std::ilogb(truth) - digits + 1);
    return static_cast<double>(std::abs(exp2(x) - truth) / unit);
  }
};
TYPED_TEST_SUITE(SimdTest, Scalars, ScalarNames);

TYPED_TEST(SimdTest, Exp2IsOffByThreeUnitsAtMost) {
  using T = TypeParam;
  // A step that meets every fraction, and small numbers of every size.
  const double step = std::is_same_v<T, float> ? 1.37e-3 : 1.137e-2;
  for (double x = 0; x > this->kSmallest; x -= step) {
    ASSERT_LE(this->ulps(static_cast<T>(x)), 3) << x;
  }
  for (T x = -1; x < -std::numeric_limits<T>::min(); x *= T(0.7)) {
    ASSERT_LE(this->ulps(x), 3) << x;
  }
  // Both sides of where the polynomial changes from one power to the next.
  for (int i = 0; i < 100; ++i) {
    const T half = T(-0.5) - T(i);
    ASSERT_LE(this->ulps(half), 3) << half;
    ASSERT_LE(this->ulps(std::nextafter(half, T(0))), 3) << half;
    ASSERT_LE(this->ulps(std::nextafter(half, T(-1000))), 3) << half;
  }
}

// Softmax multiplies its sum by 2^0 once a tile: it must not creep.
TYPED_TEST(SimdTest, Exp2OfWholeNumbersIsExact) {
  using T = TypeParam;
  EXPECT_EQ(this->exp2(T(0)), 1);
  EXPECT_EQ(this->exp2(T(-0.0)), 1);
  for (int power = 0; power >= this->kSmallest; --power) {
    EXPECT_EQ(this->exp2(T(power)), std::ldexp(T(1), power)) << power;
  }
}

TYPED_TEST(SimdTest, Exp2VanishesBelowTheSmallestNormalNumber) {
  using T = TypeParam;
  const T smallest = this->kSmallest;
  EXPECT_EQ(this->exp2(smallest), std::numeric_limits<T>::min());
  for (const T x : {std::nextafter(smallest, -this->kInfinity),
                    smallest - T(0.25), smallest - 1, T(-1e4), T(-1e30),
                    std::numeric_limits<T>::lowest(), -this->kInfinity}) {
    EXPECT_EQ(this->exp2(x), 0) << x;
    EXPECT_FALSE(std::signbit(this->exp2(x))) << x;
  }
}

TYPED_TEST(SimdTest, Exp2KeepsNan) {
  EXPECT_TRUE(
      std::isnan(this->exp2(std::numeric_limits<TypeParam>::quiet_NaN())));
}

TYPED_TEST(SimdTest, Exp2OfALaneIsItsOwn) {
  using T = TypeParam;
  std::array<T, kLanes<T>> x, y;
  for (std::size_t i = 0; i < kLanes<T>; ++i) {
    x[i] = i % 3 == 0 ? -this->kInfinity : T(-0.7) * T(i);
  }
  store(y.data(), power_of_two(load(x.data())));
  for (std::size_t i = 0; i < kLanes<T>; ++i) EXPECT_EQ(y[i], this->exp2(x[i]));
}

TYPED_TEST(SimdTest, LoadsAndStoresAtAnyAddress) {
  using T = TypeParam;
  std::vector<T> from(3 * kLanes<T>), to(3 * kLanes<T>);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = T(i + 1);
  for (std::size_t offset = 0; offset <= 2 * kLanes<T>; ++offset) {
    std::fill(to.begin(), to.end(), T(0));
    store(to.data() + offset, load(from.data() + offset));
    for (std::size_t i = 0; i < to.size(); ++i) {
      const bool within = i >= offset && i < offset + kLanes<T>;
      EXPECT_EQ(to[i], within ? from[i] : T(0));
    }
  }
}

// In this order and no other: the order is part of the bits.
TYPED_TEST(SimdTest, SumsLanesFromFirstToLast) {
  using T = TypeParam;
  std::array<T, kLanes<T>> lanes;
  Random random(1);
  for (int times = 0; times < 100; ++times) {
    T sum = 0;
    for (T& lane : lanes) sum += lane = static_cast<T>(random.normal());
    EXPECT_EQ(sum_lanes(load(lanes.data())), sum);
  }
}

}  // namespace
}  // namespace suite
