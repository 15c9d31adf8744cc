#include "primitives/parameter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "primitives/testing.h"

namespace suite {
namespace {

template <class T>
class ParameterTest : public testing::Test {
 protected:
  // A weight [in, out] after initialise().
  static Tensor<T, 2> drawn(Init init, const std::string& name,
                            std::uint64_t seed, std::size_t in = 500,
                            std::size_t out = 400) {
    Tensor<T, 2> tensor;
    tensor.resize({in, out});
    tensor.fill(T(9));
    const ParameterVisitor<T> visit = [=](const Parameter<T>& parameter) {
      initialise(parameter, seed);
    };
    visit_tensor(visit, name, tensor, init);
    return tensor;
  }

  static void expect_deviation(const Tensor<T, 2>& tensor, double deviation) {
    double square = 0, mean = 0;
    const auto count = static_cast<double>(tensor.size());
    for (const double x : tensor) {
      mean += x / count;
      square += x * x / count;
    }
    EXPECT_NEAR(mean, 0, 5 * deviation / std::sqrt(count));
    EXPECT_NEAR(std::sqrt(square), deviation,
                5 * deviation / std::sqrt(2 * count));
  }

  static double largest(const Tensor<T, 2>& tensor) {
    double largest = 0;
    for (const double x : tensor) largest = std::max(largest, std::abs(x));
    return largest;
  }
};
TYPED_TEST_SUITE(ParameterTest, Scalars, ScalarNames);

TYPED_TEST(ParameterTest, AVisitSeesTheTensorItself) {
  using T = TypeParam;
  Tensor<T, 3> tensor;
  tensor.resize({2, 3, 5});
  int visits = 0;
  const ParameterVisitor<T> visit = [&](const Parameter<T>& parameter) {
    ++visits;
    EXPECT_EQ(parameter.name, "a.weight");
    EXPECT_EQ(parameter.shape, (std::vector<std::size_t>{2, 3, 5}));
    EXPECT_EQ(parameter.values.data(), tensor.data());
    EXPECT_EQ(parameter.values.size(), 30u);
    EXPECT_EQ(parameter.init, Init::latent);
  };
  visit_tensor(visit, "a.weight", tensor, Init::latent);
  EXPECT_EQ(visits, 1);
}

TYPED_TEST(ParameterTest, ConstantsFillAllOfIt) {
  for (const TypeParam x : this->drawn(Init::zeros, "a", 1)) ASSERT_EQ(x, 0);
  for (const TypeParam x : this->drawn(Init::ones, "a", 1)) ASSERT_EQ(x, 1);
}

// The cut is at two deviations of the normal before it, which is wider.
TYPED_TEST(ParameterTest, WeightsHaveTheDeviationThatFanInAsksFor) {
  const auto tensor = this->drawn(Init::fan_in, "a", 1, 100, 2000);
  const double deviation = std::sqrt(1.0 / 100);
  this->expect_deviation(tensor, deviation);
  EXPECT_LE(this->largest(tensor), 2 * deviation / 0.8796);
  EXPECT_GT(this->largest(tensor), 2 * deviation / 0.8798 * 0.99);
  this->expect_deviation(
      this->drawn(Init::fan_in_of_rows, "a", 1, 2000, 100), deviation);
}

TYPED_TEST(ParameterTest, LatentsAreCutAtTwoDeviations) {
  const auto tensor = this->drawn(Init::latent, "a", 1);
  this->expect_deviation(tensor, 0.02 * 0.87962566103423978);
  EXPECT_LE(this->largest(tensor), 0.04 * (1 + kEpsilon<TypeParam>));
  EXPECT_GT(this->largest(tensor), 0.0396);
}

TYPED_TEST(ParameterTest, RowsAreOrthogonalInBlocksAndAsLongAsNormalOnes) {
  constexpr std::size_t kCols = 24, kRows = 480;
  const auto tensor = this->drawn(Init::orthogonal, "a", 1, kRows, kCols);
  this->expect_deviation(tensor, 1);
  double of_all = 0;
  for (std::size_t a = 0; a < kRows; ++a) {
    for (std::size_t b = a / kCols * kCols; b <= a; ++b) {
      double dot = 0;
      for (std::size_t c = 0; c < kCols; ++c) {
        dot += static_cast<double>(tensor(a, c)) * tensor(b, c);
      }
      if (a == b) {
        of_all += dot * dot;
      } else {
        ASSERT_NEAR(dot, 0, 1e3 * kEpsilon<TypeParam>);
      }
    }
  }
  // χ² of 24 degrees has a mean square of 24·26: lengths differ as they should.
  EXPECT_NEAR(of_all / kRows / (24 * 26), 1, 0.1);
}

TYPED_TEST(ParameterTest, TheSameNameAndSeedGiveTheSameBits) {
  for (const Init init : {Init::fan_in, Init::latent, Init::orthogonal}) {
    const auto tensor = this->drawn(init, "block0.weight", 1);
    EXPECT_TRUE(same_bits(this->drawn(init, "block0.weight", 1), tensor));
    EXPECT_FALSE(same_bits(this->drawn(init, "block1.weight", 1), tensor));
    EXPECT_FALSE(same_bits(this->drawn(init, "block0.weight", 2), tensor));
  }
}

}  // namespace
}  // namespace suite
