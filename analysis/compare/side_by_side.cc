#include "analysis/compare/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/compare/cell_text.h"
#include "analysis/compare/contrast.h"
#include "analysis/tables/quantity.h"
#include "analysis/tables/table.h"
#include "support/check.h"

namespace suite {
namespace {

const CellChange* change_of_cell(const Compared& compared,
                                 const MeasuredCell* cell) {
  const auto found =
      std::find_if(compared.cells.begin(), compared.cells.end(),
                   [&](const auto& each) { return each.cells.a == cell; });
  return found == compared.cells.end() ? nullptr : &*found;
}

std::string class_text(const CellChange* change) {
  if (change == nullptr) return "-";  // that run lacks the cell
  const std::string_view name = name_of(change->change);
  if (!is_known(change->ratio)) return std::string(name);
  return fmt::format("{} {}", digits_of(change->ratio.estimate, kRatioDigits),
                     name);
}

// Of the first run, in the order that pairs have them, those that some other
// has.
std::vector<const MeasuredCell*> shared_cells(
    const std::vector<OtherRun>& others) {
  std::vector<const MeasuredCell*> cells;
  for (const OtherRun& other : others) {
    for (const CellPair& pair : other.against_first->pair.both) {
      if (std::find(cells.begin(), cells.end(), pair.a) == cells.end()) {
        cells.push_back(pair.a);
      }
    }
  }
  return cells;
}

Table table_of(const std::vector<OtherRun>& others, const Shapes& shapes,
               const std::vector<Change>& only) {
  Table table;
  table.columns = {{"contestant", Side::left}, {"at", Side::left}, {"A"}};
  for (const OtherRun& other : others) {
    table.columns.push_back({other.name + "/A", Side::left});
  }
  for (const MeasuredCell* cell : shared_cells(others)) {
    std::vector<std::string> row = {cell->contestant, shapes.text(*cell),
                                    seconds_text(cell, {})};
    bool asked = only.empty();
    for (const OtherRun& other : others) {
      const CellChange* change = change_of_cell(*other.against_first, cell);
      row.push_back(class_text(change));
      if (change == nullptr) continue;
      row[2] = seconds_text(cell, change->a);
      asked |=
          std::find(only.begin(), only.end(), change->change) != only.end();
    }
    if (asked) table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::string side_by_side_text(const std::vector<OtherRun>& others,
                              const std::vector<Change>& only) {
  const Run& first = *others.front().against_first->pair.a;
  std::vector<const Run*> runs = {&first};
  std::string text =
      fmt::format("{}: A is run {}", first.experiment, first.run_id);
  for (const OtherRun& other : others) {
    const RunPair& pair = other.against_first->pair;
    require(pair.same_machine(),
            "{} was made on {}, {} on {}: compare these two by themselves",
            first.folder, first.machine, pair.b->folder, pair.b->machine);
    runs.push_back(pair.b);
    text += fmt::format(", {} is run {}", other.name, pair.b->run_id);
  }
  const Shapes shapes(runs);
  text += ", all on " + first.machine;
  if (!shapes.common().empty()) text += "; everywhere " + shapes.common();
  text += "\n";
  for (const OtherRun& other : others) {
    for (const std::string& line : remarks(*other.against_first)) {
      text += fmt::format("{} as B: {}\n", other.name, line);
    }
  }
  const Table table = table_of(others, shapes, only);
  if (!table.rows.empty()) text += "\n" + plain(table);
  text += "\n";
  for (const OtherRun& other : others) {
    text +=
        fmt::format("{}: {}", other.name, counts_text(*other.against_first));
  }
  return text;
}

}  // namespace suite
