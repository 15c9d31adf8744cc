#include "analysis/tables/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace suite {
namespace {

constexpr std::array<std::string_view, 13> kPrefixes = {
    "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"};
constexpr int kNone = 6;

// Rounded to `digits`, so that 999.96 is 1000 before its prefix is chosen.
double rounded(double value, int digits) {
  const double unit =
      std::pow(10, std::floor(std::log10(std::abs(value))) + 1 - digits);
  return std::round(value / unit) * unit;
}

int digits_before_point(double value) {
  return std::max(1, 1 + static_cast<int>(std::floor(
                             std::log10(std::abs(value) * (1 + 1e-12)))));
}

}  // namespace

std::string si(double value, std::string_view unit, int digits) {
  if (!std::isfinite(value)) return "-";
  int prefix = kNone;
  double shown = value == 0 ? 0 : rounded(value, digits);
  const auto magnitude = [&] { return std::abs(shown) * (1 + 1e-12); };
  for (; magnitude() >= 1000 && prefix + 1 < std::ssize(kPrefixes); ++prefix) {
    shown /= 1000;
  }
  for (; shown != 0 && magnitude() < 1 && prefix > 0; --prefix) shown *= 1000;
  // Bytes and counts are whole: "512 B", not "512.0 B".
  const bool whole = prefix == kNone && value == std::floor(value);
  const int decimals = whole || shown == 0
                           ? 0
                           : std::max(0, digits - digits_before_point(shown));
  const std::string text =
      fmt::format("{:.{}f} {}{}", shown, decimals,
                  kPrefixes[static_cast<std::size_t>(prefix)], unit);
  return text.back() == ' ' ? text.substr(0, text.size() - 1) : text;
}

std::string digits_of(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  if (value == 0) return "0";
  const double shown = rounded(value, digits);
  if (std::abs(shown) < 1e-4 || std::abs(shown) >= 1e7) {
    return fmt::format("{:.{}e}", shown, digits - 1);
  }
  const int before =
      1 +
      static_cast<int>(std::floor(std::log10(std::abs(shown) * (1 + 1e-12))));
  return fmt::format("{:.{}f}", shown, std::max(0, digits - before));
}

std::string ends_of(const Interval& interval, int digits) {
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) {
    return "unknown";
  }
  return fmt::format("{} … {}", digits_of(interval.low, digits),
                     digits_of(interval.high, digits));
}

std::string half_width(const Interval& interval) {
  if (!(interval.low > 0) || !std::isfinite(interval.high)) return "-";
  const double percent = 100 * (std::sqrt(interval.high / interval.low) - 1);
  return fmt::format("{:.{}f} %", percent, percent < 9.95 ? 1 : 0);
}

}  // namespace suite
