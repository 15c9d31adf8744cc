#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <string_view>

#include "analysis/compare/comparison.h"
#include "experiments/rows/record.h"
#include "support/csv.h"

namespace suite {
namespace {

// One line; the order of the fields is that of the header.
struct Line {
  std::string table, contestant, over, at, dimension, a, b;
  Interval result = {NAN, NAN, NAN};
  std::string change, note;
};

constexpr std::string_view kHeader =
    "experiment,run_a,run_b,table,contestant,over,at,letter,a,b,estimate,low,"
    "high,class,note\n";

// An empty field means "not measured".
std::string number(double value) {
  return std::isfinite(value) ? exact(value) : "";
}

std::string joined(const std::vector<double>& values) {
  return values.empty() ? "none in range"
                        : fmt::format("{}", fmt::join(values, ";"));
}

std::string text_of(const RunPair& pair, const Line& line) {
  const bool ends =
      std::isfinite(line.result.low) && std::isfinite(line.result.high);
  const std::array<std::string, 15> fields = {
      pair.a->experiment,
      pair.a->run_id,
      pair.b->run_id,
      line.table,
      line.contestant,
      line.over,
      line.at,
      line.dimension,
      line.a,
      line.b,
      number(line.result.estimate),
      ends ? number(line.result.low) : "",
      ends ? number(line.result.high) : "",
      line.change,
      line.note};
  std::string text;
  for (const std::string& field : fields) {
    text += (text.empty() ? "" : ",") + csv_field(field);
  }
  return text + "\n";
}

std::string cells_csv(const Compared& compared) {
  std::string text;
  for (const CellChange& c : compared.cells) {
    text += text_of(compared.pair,
                    {"cell", c.cells.a->contestant, "", c.cells.a->id, "",
                     number(c.a.estimate), number(c.b.estimate), c.ratio,
                     std::string(name_of(c.change)), c.why});
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
    text += text_of(compared.pair,
                    {"ratio", r.cell->contestant, r.over->contestant, r.cell->id,
                     "", number(r.a.estimate), number(r.b.estimate), r.change,
                     same ? "SAME" : "", "over " + r.over->id});
  }
  for (const SlopeChange& s : compared.slopes) {
    text += text_of(compared.pair,
                    {"slope", s.contestant, "", s.fixed.text(), s.dimension,
                     number(s.a.estimate), number(s.b.estimate), s.difference,
                     "", fmt::format("from {} to {}", s.first, s.last)});
  }
  for (const Crossover& c : compared.crossovers) {
    text += text_of(compared.pair,
                    {"crossover", c.contestant, c.over, c.fixed.text(),
                     c.dimension, joined(c.a), joined(c.b)});
  }
  return text;
}

}  // namespace

std::string comparison_csv(const std::vector<Compared>& all, double tolerance) {
  std::string text(kHeader);
  for (const Compared& compared : all) {
    for (const std::string& remark : remarks(compared)) {
      Line line{"remark"};
      line.note = remark;
      text += text_of(compared.pair, line);
    }
    text += cells_csv(compared) + relative_csv(compared, tolerance);
  }
  return text;
}

}  // namespace suite
