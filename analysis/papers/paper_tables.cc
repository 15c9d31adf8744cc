#include "analysis/papers/paper_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/papers/counted.h"
#include "analysis/papers/measured.h"
#include "analysis/papers/printed.h"
#include "analysis/papers/verdict.h"
#include "analysis/tables/quantity.h"

namespace suite {
namespace {

constexpr int kDigits = 3;
const char kNone[] = "-";

// What stands in a line after the row and the figure's name.
struct Line {
  std::string published = kNone, ours = kNone, difference = kNone, verdict;
};

std::string difference(double ours, double published) {
  const double percent = 100 * (ours / published - 1);
  const bool none = std::abs(percent) < 0.05;
  return fmt::format("{:+.1f} %", none ? 0.0 : percent);
}

std::string times(double ratio) { return digits_of(ratio, kDigits) + "×"; }

Line counted_line(const PaperRow& row, const Figure& figure) {
  Line line;
  const std::optional<double> ours = counted(row, figure.of);
  line.verdict = verdict(figure, ours, explaining(row, figure));
  if (!figure.printed.empty()) line.published = figure.printed;
  if (!ours) return line;
  if (figure.printed.empty()) {
    line.ours = si(*ours, "", kDigits);
    return line;
  }
  const Printed published = printed(figure.printed);
  line.ours = published.closer(*ours);
  line.difference = difference(*ours, published.value);
  return line;
}

// As the paper has it: printed as a ratio, or of two of its figures.
std::optional<double> published_ratio(const Figure& figure,
                                      const PaperRow& base) {
  if (figure.printed.empty()) return std::nullopt;
  const double value = printed(figure.printed).value;
  if (is_ratio(figure.of)) return value;
  const Figure* other = base.find(figure.of);
  if (other == nullptr || other->printed.empty()) return std::nullopt;
  return value / printed(other->printed).value;
}

Line measured_line(const PaperTable& table, const PaperRow& row,
                   const Figure& figure, const std::vector<Run>& runs) {
  Line line;
  const PaperRow& base = base_of(table, row, figure.of);
  const std::optional<double> published = published_ratio(figure, base);
  if (!figure.printed.empty()) line.published = figure.printed;
  if (&base == &row) {
    line.verdict = "the others are compared with it";
    return line;
  }
  if (published && !is_ratio(figure.of)) {
    line.published += fmt::format(" ({})", times(*published));
  }
  if (row.measured.empty() || base.measured.empty()) {
    line.verdict = "no contestant yet";
    return line;
  }
  const std::optional<double> ours =
      measured_ratio(runs, table, row, base, figure.of);
  if (!ours) {
    line.verdict = "not measured";
    return line;
  }
  line.ours = times(*ours);
  line.verdict = "not published";
  if (published) {
    line.difference = difference(*ours, *published);
    line.verdict = ratio_verdict(*published, *ours);
  }
  return line;
}

std::string readable(Quantity quantity) {
  switch (quantity) {
    case Quantity::flops:
      return "FLOPs";
    case Quantity::steps:
      return "steps/s";
    default:
      break;
  }
  std::string name(name_of(quantity));
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

Table table_of(const Paper& paper, const PaperTable& given,
               const std::vector<Run>& runs) {
  Table table{.caption = fmt::format("{}, {}", paper.source, given.caption),
              .label = fmt::format("tab:{}:{}", paper.name, given.id),
              .columns = {{"row", Side::left},
                          {"figure", Side::left},
                          {"published"},
                          {"ours"},
                          {"difference"},
                          {"verdict", Side::left}}};
  for (const PaperRow& row : given.rows) {
    const std::string label =
        row.group.empty() ? row.label : row.group + ", " + row.label;
    for (const Figure& figure : row.figures) {
      const Line line = is_measured(figure.of)
                            ? measured_line(given, row, figure, runs)
                            : counted_line(row, figure);
      table.rows.push_back({label, readable(figure.of), line.published,
                            line.ours, line.difference, line.verdict});
    }
  }
  return table;
}

}  // namespace

std::vector<Table> paper_tables(const Paper& paper,
                                const std::vector<Run>& runs) {
  std::vector<Table> tables;
  for (const PaperTable& table : paper.tables) {
    tables.push_back(table_of(paper, table, runs));
  }
  return tables;
}

bool asks_for_runs(const Paper& paper) {
  return std::any_of(
      paper.tables.begin(), paper.tables.end(),
      [](const PaperTable& table) { return !table.experiment.empty(); });
}

}  // namespace suite
