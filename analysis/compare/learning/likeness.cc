#include "analysis/compare/learning/likeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace suite {
namespace {

using MaybePoint = std::optional<CurvePoint>;

// What is not a number may be so twice.
bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool same_bits(const CurvePoint& a, const CurvePoint& b) {
  return same_bits(a.loss, b.loss) && same_bits(a.accuracy, b.accuracy) &&
         a.train_loss.has_value() == b.train_loss.has_value() &&
         (!a.train_loss || same_bits(*a.train_loss, *b.train_loss));
}

// Takes a look of both, if it is of the same step. False if that ends the
// comparison.
bool compare(const CurvePoint& a, const CurvePoint& b, Likeness& likeness) {
  if (a.step != b.step) return false;
  if (same_bits(a, b)) {
    likeness.same_until = a.step;
  } else {
    likeness.parts_at = a.step;
  }
  return !likeness.parts_at;
}

bool compare(const MaybePoint& a, const MaybePoint& b, Likeness& likeness) {
  if (!a && !b) return true;
  return a && b && compare(*a, *b, likeness);
}

}  // namespace

Likeness likeness_of(const CurvePair& pair) {
  const Curve &a = *pair.a, &b = *pair.b;
  Likeness likeness;
  const std::size_t both = std::min(a.held_out.size(), b.held_out.size());
  for (std::size_t look = 0; look < both; ++look) {
    if (!compare(a.held_out[look], b.held_out[look], likeness)) return likeness;
  }
  likeness.whole =
      a.held_out.size() == b.held_out.size() && a.failure == b.failure &&
      compare(a.train, b.train, likeness) && compare(a.test, b.test, likeness);
  return likeness;
}

std::string text_of(const Likeness& likeness) {
  if (likeness.whole) return "are the same to the bit";
  if (likeness.parts_at) {
    return fmt::format("part at step {}", *likeness.parts_at);
  }
  if (!likeness.same_until) return "have no look in common";
  return fmt::format(
      "are the same to the bit until step {}, where one ends or "
      "looks elsewhere",
      *likeness.same_until);
}

}  // namespace suite
