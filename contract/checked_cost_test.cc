#include "contract/checked_cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kLargest = 2'147'483'647;

// Attention between all inputs, and a map of each.
Cost quadratic(const Shape& s) {
  Cost cost;
  cost[Part::scores].macs = s.batch * s.N * s.N * s.D;
  cost[Part::mlp].macs = s.batch * s.N * s.D * s.D;
  cost.bytes_held = 4 * s.batch * s.N * s.D;
  return cost;
}

Cost linear(const Shape& s) {
  Cost cost;
  cost[Part::mlp].macs = s.N * s.D;
  return cost;
}

std::string refusal(const Shape& shape, const DeclaredCost& declared) {
  try {
    checked_cost(shape, declared);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(CheckedCost, RefusesWhatWouldWrap) {
  EXPECT_EQ(refusal({.N = kLargest, .C = 64, .D = 64, .H = 4}, quadratic),
            "its cost may exceed 2^63, more than is counted: N = 2147483647, "
            "M = 0, B = 1, C = 64, D = 64, L = 1, O = 0, batch = 1");
  const std::size_t large = std::size_t{1} << 30;
  EXPECT_NE(
      refusal({.N = large, .C = large, .D = large, .batch = 16}, quadratic), "")
      << "it wraps to 0";
}

TEST(CheckedCost, IsWhatIsDeclaredOfAllElse) {
  // 2^59 MACs, of a shape where letters at their worst would exceed all.
  const Shape large = {.N = 1u << 27, .C = 32, .D = 32};
  EXPECT_EQ(checked_cost(large, quadratic).total().macs,
            (std::uint64_t{1} << 59) + (std::uint64_t{1} << 37));
  const Shape long_and_linear = {.N = kLargest, .C = kLargest, .D = 1u << 29};
  EXPECT_EQ(checked_cost(long_and_linear, linear).total().macs, kLargest << 29);
}

TEST(CheckedCost, ShapesOnTheWayMayBeRefused) {
  const auto in_threes = [](const Shape& s) {
    require(s.N % 3 == 0, "N = {}: not a multiple of 3", s.N);
    return linear(s);
  };
  const Shape shape = {.N = 3u << 29, .C = 1u << 20, .D = 1u << 10};
  EXPECT_EQ(checked_cost(shape, in_threes).total().macs, (3ull << 29) << 10);
  EXPECT_EQ(refusal({.N = 1u << 29, .C = 1u << 20, .D = 1u << 10}, in_threes),
            "N = 536870912: not a multiple of 3");
}

TEST(CheckedCost, InputsInASquareAreMeasuredInSquares) {
  const auto square = [](const Shape& s) {
    const auto side = static_cast<std::size_t>(
        std::lround(std::sqrt(static_cast<double>(s.N))));
    require(side * side == s.N, "N = {}: not a square", s.N);
    return linear(s);
  };
  const Shape picture = {
      .N = 224 * 224, .M = 512, .B = 8, .C = 261, .D = 1024, .H = 8, .L = 6};
  EXPECT_EQ(refusal(picture, square), "");
}

}  // namespace
}  // namespace suite
