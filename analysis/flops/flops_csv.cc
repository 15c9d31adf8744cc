#include <fmt/format.h>

#include <iterator>

#include "analysis/flops/flops_text.h"

namespace suite {
namespace {

std::string dimension_cells(const Shape& shape) {
  std::string cells;
  for (const std::string_view name : kDimensions) {
    if (!counts_dimension(name)) continue;
    cells += fmt::format("{},", dimension(shape, name));
  }
  return cells;
}

}  // namespace

std::string flops_csv(const std::vector<FlopsTable>& tables) {
  std::string csv;
  for (const std::string_view name : kDimensions) {
    if (counts_dimension(name)) csv += fmt::format("{},", name);
  }
  csv += "counting,part,scope,unit,value\n";
  const auto out = std::back_inserter(csv);
  for (const FlopsTable& table : tables) {
    const std::string dimensions = dimension_cells(table.shape);
    for (const Counting& counting : table.countings) {
      for (const FlopsRow& row : counting.rows) {
        for (const FlopsScope& scope : kFlopsScopes) {
          fmt::format_to(out, "{}{},{},{},flops,{}\n", dimensions,
                         counting.name, row.part, scope.name, row.*scope.flops);
        }
      }
    }
    for (const Reduction& r : table.reductions) {
      fmt::format_to(out, "{}{},all,reduction,ratio,{}\n", dimensions, r.name,
                     r.ratio());
    }
  }
  return csv;
}

}  // namespace suite
