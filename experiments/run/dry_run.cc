#include "experiments/run/dry_run.h"

#include <fmt/core.h>

#include "experiments/machine/calibration.h"
#include "experiments/run/planner.h"
#include "support/check.h"

namespace suite {

void print_plan(const Definition& definition, const std::vector<Cell>& cells,
                const std::vector<int>& thread_counts) {
  const Planner planner(calibrate(definition.scalar, thread_counts));
  fmt::print("{}: {}\n{} cells × {} repetitions\n\n", definition.name,
             definition.shows, cells.size(), definition.repetitions);
  fmt::print("{:>12} {:>12} {:>10}  cell\n", "MACs", "bytes", "seconds");
  for (const Cell& cell : cells) {
    try {
      const Cost cost = cell.declared();
      fmt::print("{:>12.4g} {:>12.4g} {:>10.3g}  {}\n",
                 static_cast<double>(cost.total().macs),
                 static_cast<double>(cost.bytes_held),
                 planner.seconds(cell, cost), cell.id);
    } catch (const Error& refusal) {
      fmt::print("{:>12} {:>12} {:>10}  {}: {}\n", "-", "-", "-", cell.id,
                 refusal.what());
    }
  }
}

}  // namespace suite
