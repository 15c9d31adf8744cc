#include "experiments/run/dry_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "experiments/machine/calibration.h"
#include "experiments/run/budget.h"
#include "experiments/run/planner.h"
#include "support/check.h"

namespace suite {

namespace {

struct Forecast {
  const Cell* cell;
  std::optional<Cost> cost;  // none: its contestant refuses the shape
  double seconds = 0;        // of a forward
  std::string skipped;       // why it would not be run; empty: it would
};

// From the cheapest to the dearest, as a run decides.
void decide(const Definition& definition, std::size_t repetitions,
            std::vector<Forecast>& forecasts) {
  std::vector<Forecast*> order;
  for (Forecast& each : forecasts) {
    if (each.cost) order.push_back(&each);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Forecast* a, const Forecast* b) {
                     return a->cost->total().flops() < b->cost->total().flops();
                   });
  const Progress clock;
  Budget budget(definition, clock);
  for (Forecast* each : order) {
    each->skipped = budget.excess(*each->cost, each->seconds, repetitions);
    if (!each->skipped.empty()) continue;
    budget.plan(each->seconds * static_cast<double>(1 + repetitions));
  }
}

std::string repetitions_text(const Definition& definition, Shard shard) {
  if (shard.of == 1)
    return fmt::format("{} repetitions", definition.repetitions);
  return fmt::format("{} of {} repetitions (shard {}/{})",
                     shard.count(definition.repetitions),
                     definition.repetitions, shard.index, shard.of);
}

double in_giga(std::uint64_t count) { return static_cast<double>(count) / 1e9; }
double in_mega(std::uint64_t count) { return static_cast<double>(count) / 1e6; }

}  // namespace

void print_plan(const Definition& definition, const std::vector<Cell>& cells,
                Shard shard, const std::vector<int>& thread_counts) {
  const Planner planner(calibrate(definition.scalar, thread_counts));
  std::vector<Forecast> forecasts;
  for (const Cell& cell : cells) {
    Forecast& each = forecasts.emplace_back(Forecast{&cell, {}});
    try {
      each.cost = cell.declared();
      each.seconds = planner.seconds(cell, *each.cost);
    } catch (const Error& refusal) {
      each.skipped = refusal.what();
    }
  }
  const auto repetitions =
      static_cast<std::size_t>(shard.count(definition.repetitions));
  decide(definition, repetitions, forecasts);
  fmt::print("{}: {}\n{} cells × {}\n\n", definition.name, definition.shows,
             cells.size(), repetitions_text(definition, shard));
  fmt::print("{:>12} {:>10} {:>10}  cell\n", "GMACs", "MB", "seconds");
  double seconds = 0;
  std::uint64_t macs = 0, most_bytes = 0;
  std::size_t skipped = 0;
  for (const Forecast& each : forecasts) {
    const std::string why =
        each.skipped.empty() ? "" : "  SKIPPED: " + each.skipped;
    skipped += why.empty() ? 0 : 1;
    if (!each.cost) {
      fmt::print("{:>12} {:>10} {:>10}  {}{}\n", "-", "-", "-", each.cell->id,
                 why);
      continue;
    }
    const std::uint64_t of_cell = each.cost->total().macs;
    fmt::print("{:>12.3f} {:>10.1f} {:>10.3g}  {}{}\n", in_giga(of_cell),
               in_mega(each.cost->bytes_held), each.seconds, each.cell->id,
               why);
    if (!why.empty()) continue;
    // Once more for the warm-up.
    const std::uint64_t forwards = repetitions + 1;
    seconds += each.seconds * static_cast<double>(forwards);
    macs += of_cell * forwards;
    most_bytes = std::max(most_bytes, each.cost->bytes_held);
  }
  fmt::print(
      "\n{} cells would be run: {:.3f} GMACs in about {:.3g} s of forwards, "
      "{:.1f} "
      "MB at most; {} would be skipped\n",
      cells.size() - skipped, in_giga(macs), seconds, in_mega(most_bytes),
      skipped);
}

}  // namespace suite
