#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include "analysis/compare/comparison.h"
#include "analysis/tables/quantity.h"
#include "analysis/tables/table.h"
#include "contract/shape.h"
#include "support/terminal.h"

namespace suite {
namespace {

constexpr int kTimeDigits = 4, kRatioDigits = 4;

using Dimensions = std::map<std::string, std::uint64_t>;

// Dimensions with one value in all cells are said once, the others in each row.
class Shapes {
 public:
  explicit Shapes(const RunPair& pair) {
    std::map<std::string, std::set<std::uint64_t>> values;
    for (const Run* run : {pair.a, pair.b}) {
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

  // "N=256 M=128 B=2"
  std::string text(const Dimensions& dimensions) const {
    return joined(dimensions, [&](const std::string& name) {
      return !common_.count(name);
    });
  }
  std::string text(const FixedDimensions& fixed) const {
    const std::string shown = text(fixed.dimensions);
    if (!fixed.input_as_wide) return shown;
    return shown + (shown.empty() ? "C=D" : " C=D");
  }
  // With threads where they matter: one machine may have run several.
  std::string text(const MeasuredCell& cell) const {
    const std::string shown = text(cell.dimensions);
    if (threads_.size() < 2) return shown;
    return fmt::format("{}{}T={}", shown, shown.empty() ? "" : " ",
                       cell.threads);
  }
  std::string common() const {
    return joined(common_, [](const std::string&) { return true; });
  }

 private:
  template <class F>
  static std::string joined(const Dimensions& dimensions, const F& wanted) {
    std::string all;
    for (const std::string_view name : kDimensions) {
      const auto found = dimensions.find(std::string(name));
      if (found == dimensions.end() || !wanted(found->first)) continue;
      all +=
          fmt::format("{}{}={}", all.empty() ? "" : " ", name, found->second);
    }
    return all;
  }

  Dimensions common_;
  std::set<int> threads_;
};

std::string heading(const Compared& compared, const Shapes& shapes) {
  const RunPair& pair = compared.pair;
  std::string text =
      fmt::format("{}: A is run {}, B is run {}", pair.a->experiment,
                  pair.a->run_id, pair.b->run_id);
  if (pair.same_machine()) text += ", both on " + pair.a->machine;
  if (!shapes.common().empty()) text += "; everywhere " + shapes.common();
  return text + "\n";
}

std::string seconds_text(const MeasuredCell* cell, const Interval& mean) {
  const std::vector<double> seconds = usable_seconds(cell);
  if (seconds.empty()) return cell->status == "ok" ? "-" : cell->status;
  return si(seconds.size() > 1 ? mean.estimate : seconds[0], "s", kTimeDigits);
}

std::string cells_text(const Compared& compared, const Shapes& shapes,
                       const std::vector<Change>& only) {
  Table table;
  table.columns = {{"contestant", Side::left},
                   {"at", Side::left},
                   {"A"},
                   {"B"},
                   {"B/A"},
                   {"95 % interval"},
                   {"class", Side::left},
                   {"", Side::left}};
  for (const CellChange& c : compared.cells) {
    const bool asked =
        std::find(only.begin(), only.end(), c.change) != only.end();
    if (!only.empty() && !asked) continue;
    table.rows.push_back({c.cells.a->contestant, shapes.text(*c.cells.a),
                          seconds_text(c.cells.a, c.a),
                          seconds_text(c.cells.b, c.b),
                          digits_of(c.ratio.estimate, kRatioDigits),
                          ends_of(c.ratio, kRatioDigits),
                          std::string(name_of(c.change)), c.why});
  }
  return table.rows.empty() ? "" : "\n" + plain(table);
}

std::string ratios_text(const Compared& compared, const Shapes& shapes,
                        double tolerance) {
  if (compared.ratios.empty()) return "";
  Table table{"times over " + compared.ratios.front().over->contestant + "'s",
              "",
              {{"contestant", Side::left},
               {"at", Side::left},
               {"A"},
               {"B"},
               {"B/A"},
               {"95 % interval"},
               {"", Side::left}},
              {}};
  for (const RatioChange& r : compared.ratios) {
    Dimensions dimensions = r.over->dimensions;
    dimensions.insert(r.cell->dimensions.begin(), r.cell->dimensions.end());
    const bool same = change_of(r.change, tolerance) == Change::same;
    table.rows.push_back({r.cell->contestant, shapes.text(dimensions),
                          digits_of(r.a.estimate, kRatioDigits),
                          digits_of(r.b.estimate, kRatioDigits),
                          digits_of(r.change.estimate, kRatioDigits),
                          ends_of(r.change, kRatioDigits), same ? "SAME" : ""});
  }
  return "\n" + plain(table);
}

std::string slope_text(double slope) { return fmt::format("{:.3f}", slope); }

std::string slopes_text(const Compared& compared, const Shapes& shapes) {
  if (compared.slopes.empty()) return "";
  Table table{"slopes of ln time over ln letter, from first to last size",
              "",
              {{"contestant", Side::left},
               {"along", Side::left},
               {"at", Side::left},
               {"A"},
               {"B"},
               {"B - A"},
               {"95 % interval"}},
              {}};
  for (const SlopeChange& s : compared.slopes) {
    const Interval& d = s.difference;
    table.rows.push_back(
        {s.contestant, fmt::format("{} {}…{}", s.dimension, s.first, s.last),
         shapes.text(s.fixed), slope_text(s.a.estimate),
         slope_text(s.b.estimate), slope_text(d.estimate),
         std::isfinite(d.low) ? fmt::format("{:.3f} … {:.3f}", d.low, d.high)
                              : "unknown"});
  }
  return "\n" + plain(table);
}

std::string crossings_text(const std::vector<Interval>& crossings) {
  if (crossings.empty()) return "none in range";
  std::vector<std::string> all;
  for (const Interval& each : crossings) {
    all.push_back(
        fmt::format("{} ({})", digits_of(each.estimate, 3), ends_of(each, 3)));
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string crossovers_text(const Compared& compared, const Shapes& shapes) {
  if (compared.crossovers.empty()) return "";
  Table table{"crossovers: where two contestants take equally long",
              "",
              {{"contestants", Side::left},
               {"along", Side::left},
               {"at", Side::left},
               {"A (95 % interval)"},
               {"B"},
               {"B/A"},
               {"95 % interval"}},
              {}};
  for (const Crossover& c : compared.crossovers) {
    table.rows.push_back({c.contestant + ", " + c.over, c.dimension,
                          shapes.text(c.fixed), crossings_text(c.a),
                          crossings_text(c.b),
                          c.change ? digits_of(c.change->estimate, 3) : "-",
                          c.change ? ends_of(*c.change, 3) : "-"});
  }
  return "\n" + plain(table);
}

std::string missing_text(const RunPair& pair) {
  std::string text;
  for (const MeasuredCell* cell : pair.only_a) {
    text += fmt::format("only in A: {}\n", cell->id);
  }
  for (const MeasuredCell* cell : pair.only_b) {
    text += fmt::format("only in B: {}\n", cell->id);
  }
  return text.empty() ? "" : "\n" + text;
}

std::string shown(const std::string& text, Change change) {
  if (is_worse(change)) return coloured(text, Colour::red);
  const bool good = change == Change::faster || change == Change::better;
  return good ? coloured(text, Colour::green) : text;
}

std::string counts_text(const Compared& compared) {
  std::string text =
      fmt::format("\n{} cells in both", compared.pair.both.size());
  for (const Change change : kChanges) {
    const std::size_t count = compared.count(change);
    if (count == 0) continue;
    text += ", " + shown(fmt::format("{} {}", count, name_of(change)), change);
  }
  for (const auto& [peak, word] :
       {std::pair(Change::better, "fewer"), {Change::worse, "more"}}) {
    const auto count = std::count_if(
        compared.cells.begin(), compared.cells.end(),
        [&, wanted = peak](const auto& each) { return each.peak == wanted; });
    if (count == 0) continue;
    text +=
        "; " + shown(fmt::format("{} with {} peak bytes", count, word), peak);
  }
  return text + "\n";
}

}  // namespace

std::string comparison_text(const Compared& compared, double tolerance,
                            const std::vector<Change>& only) {
  const Shapes shapes(compared.pair);
  std::string text = heading(compared, shapes);
  for (const std::string& line : remarks(compared)) text += line + "\n";
  return text + cells_text(compared, shapes, only) +
         ratios_text(compared, shapes, tolerance) +
         slopes_text(compared, shapes) + crossovers_text(compared, shapes) +
         missing_text(compared.pair) + counts_text(compared);
}

}  // namespace suite
