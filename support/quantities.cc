#include "support/quantities.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "support/check.h"

namespace suite {
namespace {

using Unit = std::pair<std::string_view, double>;

constexpr Unit kDurations[] = {{"", 1},     {"s", 1},    {"m", 60},
                               {"min", 60}, {"h", 3600}, {"d", 86400}};
constexpr Unit kSizes[] = {{"", 1},         {"B", 1},        {"kB", 1e3},
                           {"KB", 1e3},     {"MB", 1e6},     {"GB", 1e9},
                           {"TB", 1e12},    {"KiB", 0x1p10}, {"MiB", 0x1p20},
                           {"GiB", 0x1p30}, {"TiB", 0x1p40}, {"k", 1e3},
                           {"M", 1e6},      {"G", 1e9},      {"T", 1e12}};
constexpr double kYear = 366 * 86400.0;
constexpr double kMostBytes = 0x1p62;

// A number, a unit behind it, and no more than a space between.
template <std::size_t count>
std::optional<double> in_units(const std::string& text,
                               const Unit (&units)[count]) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  std::string_view rest(stop, static_cast<std::size_t>(end - stop));
  if (rest.size() > 1 && rest.front() == ' ') rest.remove_prefix(1);
  for (const auto& [name, size] : units) {
    if (rest == name) return number * size;
  }
  return std::nullopt;
}

}  // namespace

double seconds_from(const std::string& option, const std::string& text) {
  const std::optional<double> seconds = in_units(text, kDurations);
  require(seconds && *seconds >= 0 && *seconds <= kYear,
          "{} {}: allowed are 0 to a year, in seconds or with a unit, as in "
          "90s, 5m, 1.5h, 2d",
          option, text);
  return *seconds;
}

std::uint64_t bytes_from(const std::string& option, const std::string& text) {
  const std::optional<double> bytes = in_units(text, kSizes);
  require(
      bytes && *bytes >= 1 && *bytes <= kMostBytes,
      "{} {}: allowed are 1 to 2^62, in bytes or with a unit, as in 512MiB, "
      "1.5GB",
      option, text);
  return static_cast<std::uint64_t>(*bytes);
}

std::uint64_t whole_from(const std::string& option, const std::string& text,
                         std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  require(
      error == std::errc() && stop == end && value >= least && value <= most,
      "{} {}: allowed are whole numbers from {} to {}", option, text, least,
      most);
  return value;
}

}  // namespace suite
