// The 16-bit floats of checkpoints, widened exactly.
#pragma once

#include <bit>
#include <cstdint>

namespace suite {

// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. Without
// branches, so that a loop over many becomes vectors. A NaN keeps its payload.
inline float float_of_f16(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = (half & 0x7fffu) << 13;
  const std::uint32_t exponent = magnitude & 0x0f800000u;
  constexpr std::uint32_t kRebias = (127u - 15u) << 23;
  // A subnormal is its fraction · 2⁻²⁴: 2⁻¹⁴ with that fraction, less 2⁻¹⁴.
  const float subnormal =
      std::bit_cast<float>(magnitude + kRebias + (1u << 23)) - 0x1p-14f;
  const std::uint32_t normal =
      magnitude + kRebias + (exponent == 0x0f800000u ? kRebias : 0u);
  const std::uint32_t bits =
      exponent == 0 ? std::bit_cast<std::uint32_t>(subnormal) : normal;
  return std::bit_cast<float>(bits | sign);
}

// bfloat16: the upper half of a float.
inline float float_of_bf16(std::uint16_t half) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16);
}

}  // namespace suite
