#include "experiments/run/errors.h"

#include <algorithm>

#include "support/csv.h"

namespace suite {
namespace {

bool at_base(const Cell& cell, const Definition& definition) {
  return std::all_of(std::begin(kDimensions), std::end(kDimensions),
                     [&](std::string_view name) {
                       return dimension(cell.shape, name) ==
                              dimension(definition.base, name);
                     });
}

}  // namespace

std::string errors_csv(const RunIdentity& run, const Definition& definition,
                       const std::vector<const Cell*>& cells) {
  std::string text = "schema,experiment,run_id,cell_id,contestant,pattern,error\n";
  for (const Cell* cell : cells) {
    const Contestant& contestant = *cell->entry.contestant;
    if (!contestant.error || cell->phase != Phase::forward ||
        !at_base(*cell, definition)) {
      continue;
    }
    for (const Pattern pattern : definition.error_patterns) {
      const auto error = contestant.error(cell->shape, cell->entry.options,
                                          pattern, definition.seed);
      if (!error) continue;
      text += fmt::format("{},{},{},{},{},{},{}\n", kSchema, run.experiment,
                          run.run_id, csv_field(cell->id),
                          csv_field(cell->entry.name()), name_of(pattern),
                          exact(*error));
    }
  }
  return text;
}

}  // namespace suite
