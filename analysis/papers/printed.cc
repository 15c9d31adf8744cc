#include "analysis/papers/printed.h"

#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "support/check.h"

namespace suite {
namespace {

const std::vector<std::pair<std::string_view, double>>& units() {
  static const std::vector<std::pair<std::string_view, double>> all = {
      {"", 1},  {" M", 1e6},   {" B", 1e9}, {" T", 1e12},
      {"×", 1}, {" ms", 1e-3}, {" MB", 1e6}};
  return all;
}

}  // namespace

std::string Printed::alike(double other) const {
  return fmt::format("{:.{}f}{}", other / unit, decimals, suffix);
}

std::string Printed::closer(double other) const {
  if (unit == 1 && other == std::floor(other)) return alike(other);
  return fmt::format("{:.{}f}{}", other / unit, decimals + 1, suffix);
}

bool Printed::agrees(double other) const {
  return alike(other) == alike(value);
}

Printed printed(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789.,");
  Printed number{.suffix =
                     std::string(end == text.npos ? "" : text.substr(end))};
  std::string digits;
  for (const char c : text.substr(0, end)) {
    if (c != ',') digits += c;
  }
  const auto [stop, error] = std::from_chars(
      digits.data(), digits.data() + digits.size(), number.value);
  std::vector<std::string_view> allowed;
  bool known = false;
  for (const auto& [suffix, unit] : units()) {
    allowed.push_back(suffix);
    if (suffix != number.suffix) continue;
    known = true;
    number.unit = unit;
  }
  require(error == std::errc() && stop == digits.data() + digits.size() &&
              number.value > 0 && known,
          "\"{}\": allowed are numbers above 0 with a unit among \"{}\"", text,
          fmt::join(allowed, "\", \""));
  number.value *= number.unit;
  const std::size_t point = digits.find('.');
  number.decimals =
      point == digits.npos ? 0 : static_cast<int>(digits.size() - point - 1);
  return number;
}

}  // namespace suite
