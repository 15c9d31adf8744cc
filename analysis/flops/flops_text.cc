#include "analysis/flops/flops_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace suite {
namespace {

constexpr int kLabel = 25;

std::string count_text(std::uint64_t count, bool exact) {
  return exact ? fmt::to_string(count) : short_count(count);
}

int column_width(const FlopsTable& table, bool exact) {
  std::size_t width = 9;
  for (const Counting& counting : table.countings) {
    for (const FlopsScope& scope : kFlopsScopes) {
      width = std::max(
          width,
          1 + count_text(counting.rows.back().*scope.flops, exact).size());
    }
  }
  return static_cast<int>(width);
}

void append_heads(std::string& text, const FlopsTable& table, int width) {
  const Shape& s = table.shape;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "\n{:<{}}{:>{}}{:>{}}\n", fmt::format("M = {}", s.M),
                 kLabel, "Perceiver", 4 * width, "transformer", 2 * width);
  fmt::format_to(out, "{:{}}", "", kLabel);
  for (const std::string& head :
       {std::string("cross"), fmt::format("self×{}", s.L), std::string("block"),
        fmt::format("×{}", s.B), std::string("layer"),
        fmt::format("×{}", s.B)}) {
    fmt::format_to(out, "{:>{}}", head, width);
  }
  text += '\n';
}

void append_counting(std::string& text, const Counting& counting, char label,
                     bool exact, int width) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{}. ", label);
  for (const char c : counting.counts) {
    text += c;
    if (c == '\n') text += "   ";
  }
  text += '\n';
  for (const FlopsRow& row : counting.rows) {
    std::string name = row.part;
    std::replace(name.begin(), name.end(), '_', ' ');
    fmt::format_to(out, "   {:<{}}", name, kLabel - 3);
    for (const FlopsScope& scope : kFlopsScopes) {
      fmt::format_to(out, "{:>{}}", count_text(row.*scope.flops, exact), width);
    }
    text += '\n';
  }
}

// A whole number only where the ratio is one, exactly.
std::string ratio_text(const Reduction& r) {
  if (r.transformer % r.perceiver == 0) {
    return fmt::to_string(r.transformer / r.perceiver);
  }
  const double ratio = r.ratio();
  return ratio >= 1 ? fmt::format("{:.2f}", ratio)
                    : fmt::format("{:.3g}", ratio);
}

void append_reductions(std::string& text, const FlopsTable& table) {
  const auto out = std::back_inserter(text);
  text += "Transformer over Perceiver, times the FLOPs\n";
  const double most = table.reductions.front().ratio();
  for (const Reduction& reduction : table.reductions) {
    fmt::format_to(out, "   {:<40}{:>12}{:>8.1f} % of N/M\n", reduction.counts,
                   ratio_text(reduction), 100 * reduction.ratio() / most);
  }
}

}  // namespace

std::string short_count(std::uint64_t count) {
  if (count < 100'000) return fmt::to_string(count);
  double value = static_cast<double>(count) / 1e6;
  const char* unit = "MBTPE";
  for (; value >= 999.5 && unit[1] != '\0'; ++unit) value /= 1000;
  const int decimals = value >= 99.95    ? 0
                       : value >= 9.995  ? 1
                       : value >= 0.9995 ? 2
                                         : 3;
  return fmt::format("{:.{}f} {}", value, decimals, *unit);
}

std::string flops_text(const std::vector<FlopsTable>& tables, bool exact) {
  std::string text =
      "FLOPs of one forward, from the declared formulas; nothing is run.\n";
  if (tables.empty()) return text;
  for (const std::string_view name : kDimensions) {
    if (!counts_dimension(name) || name == "M") continue;
    text +=
        fmt::format("{} = {}  ", name, dimension(tables.front().shape, name));
  }
  text.resize(text.size() - 2);
  text +=
      exact ? "\n" : "\nIn the columns, M is 10^6, B is 10^9, T is 10^12.\n";
  for (const FlopsTable& table : tables) {
    const int width = column_width(table, exact);
    append_heads(text, table, width);
    char label = 'a';
    for (const Counting& counting : table.countings) {
      append_counting(text, counting, label++, exact, width);
    }
    append_reductions(text, table);
  }
  return text;
}

}  // namespace suite
