#include "analysis/compare/cell_text.h"

#include <fmt/format.h>

#include <string_view>

#include "analysis/compare/run_pair.h"
#include "analysis/tables/quantity.h"
#include "contract/shape.h"
#include "support/terminal.h"

namespace suite {
namespace {

constexpr int kTimeDigits = 4;

template <class F>
std::string joined(const Shapes::Dimensions& dimensions, const F& wanted) {
  std::string all;
  for (const std::string_view name : kDimensions) {
    const auto found = dimensions.find(std::string(name));
    if (found == dimensions.end() || !wanted(found->first)) continue;
    all += fmt::format("{}{}={}", all.empty() ? "" : " ", name, found->second);
  }
  return all;
}

}  // namespace

Shapes::Shapes(const std::vector<const Run*>& runs) {
  std::map<std::string, std::set<std::uint64_t>> values;
  for (const Run* run : runs) {
    for (const MeasuredCell& cell : run->cells) {
      for (const auto& [name, value] : cell.dimensions) {
        values[name].insert(value);
      }
      threads_.insert(cell.threads);
    }
  }
  for (const auto& [name, each] : values) {
    if (each.size() == 1) common_[name] = *each.begin();
  }
}

std::string Shapes::text(const Dimensions& dimensions) const {
  return joined(dimensions,
                [&](const std::string& name) { return !common_.count(name); });
}

std::string Shapes::text(const FixedDimensions& fixed) const {
  const std::string shown = text(fixed.dimensions);
  if (!fixed.input_as_wide) return shown;
  return shown + (shown.empty() ? "C=D" : " C=D");
}

std::string Shapes::text(const MeasuredCell& cell) const {
  const std::string shown = text(cell.dimensions);
  if (threads_.size() < 2) return shown;
  return fmt::format("{}{}T={}", shown, shown.empty() ? "" : " ", cell.threads);
}

std::string Shapes::common() const {
  return joined(common_, [](const std::string&) { return true; });
}

std::string seconds_text(const MeasuredCell* cell, const Interval& mean) {
  const std::vector<double> seconds = usable_seconds(cell);
  if (seconds.empty()) return cell->status == "ok" ? "-" : cell->status;
  return si(seconds.size() > 1 ? mean.estimate : seconds[0], "s", kTimeDigits);
}

std::string shown(const std::string& text, Change change) {
  if (is_worse(change)) return coloured(text, Colour::red);
  const bool good = change == Change::faster || change == Change::better;
  return good ? coloured(text, Colour::green) : text;
}

}  // namespace suite
