#include "experiments/machine/register_kernels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "experiments/machine/register_peaks.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// The same chains, one number at a time.
template <class T, class Step>
T expected(std::size_t chains, std::size_t rounds, T start,
           const Step& step) {
  T sum = 0;
  for (std::size_t c = 0; c < chains; ++c) {
    T x = T(c + 1) * start;
    for (std::size_t round = 0; round < rounds; ++round) x = step(x);
    sum += T(kLanes<T>) * x;
  }
  return sum;
}

template <class T>
class RegisterKernels : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(RegisterKernels, Scalars);

TYPED_TEST(RegisterKernels, EveryMultiplyAddIsMade) {
  using T = TypeParam;
  const T a = T(0.75), b = T(0.125);
  for (const std::size_t rounds : {0, 1, 2, 7, 100}) {
    const T sum = expected<T>(kFmaChains, rounds, T(1),
                              [&](T x) { return std::fma(x, a, b); });
    EXPECT_NEAR(fma_chains<T>(rounds, a, b) / sum, 1, 1e-5) << rounds;
  }
}

TYPED_TEST(RegisterKernels, EveryExponentialIsMade) {
  using T = TypeParam;
  const T a = T(-1), b = T(-0.5);
  for (const std::size_t rounds : {1, 2, 3, 50}) {
    const T sum = expected<T>(kExpChains<T>, rounds, T(0.01),
                              [&](T x) { return std::exp2(x * a + b); });
    EXPECT_NEAR(exp2_chains<T>(rounds, a, b) / sum, 1, 1e-5) << rounds;
  }
}

TEST(RegisterPeaks, AreFinite) {
  set_threads(2);
  for (const char* scalar : {"float", "double"}) {
    for (const double peak :
         {fma_flops_per_second(scalar), exponentials_per_second(scalar)}) {
      EXPECT_GT(peak, 0);
      EXPECT_TRUE(std::isfinite(peak));
    }
  }
}

}  // namespace
}  // namespace suite
