#include "support/formats/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace suite {
namespace {

std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }

// (−1)^sign · 2^(exponent − 15) · 1.fraction, and what the ends of the exponent
// mean: IEEE 754-2019, section 3.4.
double by_definition(int half) {
  const int exponent = half >> 10 & 31;
  const double fraction = (half & 1023) / 1024.0;
  const double magnitude = exponent == 0
                               ? std::ldexp(fraction, -14)
                               : std::ldexp(1 + fraction, exponent - 15);
  return half >> 15 != 0 ? -magnitude : magnitude;
}

TEST(Half, EveryFiniteF16IsWhatItsDefinitionSays) {
  for (int half = 0; half < 65536; ++half) {
    if ((half >> 10 & 31) == 31) continue;
    const float value = float_of_f16(static_cast<std::uint16_t>(half));
    ASSERT_EQ(static_cast<double>(value), by_definition(half)) << half;
    ASSERT_EQ(std::signbit(value), half >> 15 != 0) << half;
  }
}

TEST(Half, F16KeepsInfinitiesAndNaNsWithTheirPayload) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(float_of_f16(0x7c00), kInfinity);
  EXPECT_EQ(float_of_f16(0xfc00), -kInfinity);
  for (std::uint32_t payload = 1; payload < 1024; ++payload) {
    const auto half = static_cast<std::uint16_t>(0x7c00 | payload);
    ASSERT_TRUE(std::isnan(float_of_f16(half))) << payload;
    ASSERT_EQ(bits(float_of_f16(half)), 0x7f800000u | payload << 13);
    ASSERT_EQ(bits(float_of_f16(half | 0x8000)), 0xff800000u | payload << 13);
  }
}

TEST(Half, KnownF16) {
  EXPECT_EQ(float_of_f16(0x3c00), 1.f);
  EXPECT_EQ(float_of_f16(0xc000), -2.f);
  EXPECT_EQ(float_of_f16(0x7bff), 65504.f);   // the greatest
  EXPECT_EQ(float_of_f16(0x0400), 0x1p-14f);  // the least normal
  EXPECT_EQ(float_of_f16(0x03ff), 1023 * 0x1p-24f);
  EXPECT_EQ(float_of_f16(0x0001), 0x1p-24f);  // the least
  EXPECT_EQ(float_of_f16(0x3555), 0.333251953125f);
}

TEST(Half, Bf16IsTheUpperHalfOfAFloat) {
  for (std::uint32_t half = 0; half < 65536; ++half) {
    ASSERT_EQ(bits(float_of_bf16(static_cast<std::uint16_t>(half))),
              half << 16);
  }
  EXPECT_EQ(float_of_bf16(0x3f80), 1.f);
  EXPECT_EQ(float_of_bf16(0xc049), -3.140625f);
  EXPECT_EQ(float_of_bf16(0x0001), 0x1p-133f);
}

}  // namespace
}  // namespace suite
