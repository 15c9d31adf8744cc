#include "experiments/roofline/roofs.h"

#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

// Its ridge is at 10 FLOPs a byte.
constexpr Roofs kRoofs{.fma_flops_per_second = 1e9,
                       .gemm_flops_per_second = 8e8,
                       .bytes_per_second = 1e8,
                       .exponentials_per_second = 1e7};

TEST(Roofs, ArithmeticBoundsRightOfTheRidgeAndMemoryLeftOfIt) {
  EXPECT_DOUBLE_EQ(kRoofs.ridge(), 10);
  const Work right{.macs = 500'000'000, .bytes_moved = 50'000'000};
  EXPECT_DOUBLE_EQ(intensity_of(right), 20);
  EXPECT_EQ(bound_of(right, kRoofs).name, "FMA peak");
  EXPECT_DOUBLE_EQ(bound_of(right, kRoofs).seconds, 1) << "2 FLOPs a MAC";
  const Work left{.macs = 500'000'000, .bytes_moved = 200'000'000};
  EXPECT_DOUBLE_EQ(intensity_of(left), 5);
  EXPECT_EQ(bound_of(left, kRoofs).name, "bandwidth");
  EXPECT_DOUBLE_EQ(bound_of(left, kRoofs).seconds, 2);
}

TEST(Roofs, AtTheRidgeBothBoundAlike) {
  const Work ridge{.macs = 5'000'000, .bytes_moved = 1'000'000};
  EXPECT_DOUBLE_EQ(intensity_of(ridge), kRoofs.ridge());
  EXPECT_DOUBLE_EQ(bound_of(ridge, kRoofs).seconds, 0.01);
}

TEST(Roofs, WithoutBytesIntensityIsInfiniteAndWithoutMacsNothing) {
  EXPECT_TRUE(std::isinf(intensity_of({.macs = 1})));
  EXPECT_EQ(bound_of({.macs = 500'000'000}, kRoofs).name, "FMA peak");
  EXPECT_EQ(intensity_of({.bytes_moved = 8}), 0);
  EXPECT_EQ(bound_of({.bytes_moved = 1'000'000}, kRoofs).name, "bandwidth");
  EXPECT_DOUBLE_EQ(bound_of({.bytes_moved = 1'000'000}, kRoofs).seconds, 0.01);
}

TEST(Roofs, LogitsAreAnExponentialEach) {
  const Work streaming{.logits = 1'000'000};
  EXPECT_EQ(bound_of(streaming, kRoofs).name, "exponentials");
  EXPECT_DOUBLE_EQ(bound_of(streaming, kRoofs).seconds, 0.1);
  // Materialised logits may bound by their bytes.
  const Work large{.logits = 1'000'000, .bytes_moved = 80'000'000};
  EXPECT_EQ(bound_of(large, kRoofs).name, "bandwidth");
}

TEST(Roofs, NoWorkHasNoBound) {
  EXPECT_EQ(bound_of({}, kRoofs).name, "-");
  EXPECT_EQ(bound_of({}, kRoofs).seconds, 0);
}

}  // namespace
}  // namespace suite
