#include <fmt/ranges.h>

#include <limits>

#include "analysis/compare/comparison.h"
#include "analysis/compare/comparison_line.h"

namespace suite {
namespace {

// The values that `of` takes of crossings.
std::string joined(const std::vector<Interval>& crossings,
                   double Interval::*of) {
  std::vector<double> values;
  for (const Interval& each : crossings) values.push_back(each.*of);
  return values.empty() ? "none in range"
                        : fmt::format("{}", fmt::join(values, ";"));
}

std::string ends(const std::vector<Interval>& crossings) {
  return fmt::format("{} to {}", joined(crossings, &Interval::low),
                     joined(crossings, &Interval::high));
}

constexpr Interval kUnknown = {std::numeric_limits<double>::quiet_NaN(), 0,
                               std::numeric_limits<double>::infinity()};

std::string text_of(const RunPair& pair, const ComparisonLine& line) {
  return comparison_line({pair.a->experiment, pair.a->run_id, pair.b->run_id},
                         line);
}

std::string cells_csv(const Compared& compared) {
  std::string text;
  for (const CellChange& c : compared.cells) {
    text += text_of(compared.pair,
                    {"cell", c.cells.a->contestant, "", c.cells.a->id, "",
                     csv_number(c.a.estimate), csv_number(c.b.estimate),
                     c.ratio, std::string(name_of(c.change)), c.why});
  }
  for (const MeasuredCell* cell : compared.pair.only_a) {
    text +=
        text_of(compared.pair, {"only_in_a", cell->contestant, "", cell->id});
  }
  for (const MeasuredCell* cell : compared.pair.only_b) {
    text +=
        text_of(compared.pair, {"only_in_b", cell->contestant, "", cell->id});
  }
  return text;
}

std::string relative_csv(const Compared& compared, double tolerance) {
  std::string text;
  for (const RatioChange& r : compared.ratios) {
    const bool same = change_of(r.change, tolerance) == Change::same;
    text +=
        text_of(compared.pair,
                {"ratio", r.cell->contestant, r.over->contestant, r.cell->id,
                 "", csv_number(r.a.estimate), csv_number(r.b.estimate),
                 r.change, same ? "SAME" : "", "over " + r.over->id});
  }
  for (const SlopeChange& s : compared.slopes) {
    text +=
        text_of(compared.pair, {"slope", s.contestant, "", s.fixed.text(),
                                s.dimension, csv_number(s.a.estimate),
                                csv_number(s.b.estimate), s.difference, "",
                                fmt::format("from {} to {}", s.first, s.last)});
  }
  for (const Crossover& c : compared.crossovers) {
    text +=
        text_of(compared.pair,
                {"crossover", c.contestant, c.over, c.fixed.text(), c.dimension,
                 joined(c.a, &Interval::estimate),
                 joined(c.b, &Interval::estimate), c.change.value_or(kUnknown),
                 "", fmt::format("95 %: A {}; B {}", ends(c.a), ends(c.b))});
  }
  return text;
}

}  // namespace

std::string comparison_csv(const std::vector<Compared>& all, double tolerance) {
  std::string text(kComparisonHeader);
  for (const Compared& compared : all) {
    for (const std::string& remark : remarks(compared)) {
      ComparisonLine line{"remark"};
      line.note = remark;
      text += text_of(compared.pair, line);
    }
    text += cells_csv(compared) + relative_csv(compared, tolerance);
  }
  return text;
}

}  // namespace suite
