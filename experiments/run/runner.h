// Check, then count, then time: the cells of a run, within its budget.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/definition/shard.h"
#include "experiments/run/accounts.h"
#include "experiments/run/budget.h"
#include "experiments/run/outcomes.h"
#include "experiments/run/planned_cell.h"
#include "experiments/run/planner.h"

namespace suite {

// What it is given outlives it. A cell that can't run becomes a row that says
// why, and the rest goes on.
class Runner {
 public:
  Runner(const Definition& definition, const std::vector<Cell>& cells,
         Shard shard, Crew& crew, Outcomes& outcomes, Accounts& accounts,
         Progress& progress);

  // From the cheapest cell to the dearest. Keeps those that can be timed.
  void check_and_count(const Calibrations& machine);

  // `flags` are Google Benchmark's own. Throws Error for one that it doesn't
  // know or that the suite decides.
  void time(const std::vector<std::string>& flags);

  // In its place: cells that were counted become rows that say why they have no
  // time.
  void leave_untimed(const std::string& reason);

 private:
  void check_and_count(const Cell& cell, Planner& planner);
  void check_and_count(CellUnderTest& tested);
  std::string repeat(PlannedCell& planned,
                     const std::function<bool()>& keep_running,
                     const std::function<void(double)>& report);
  void bring_to_life(CellUnderTest& tested);
  bool want_more();
  std::string stop(PlannedCell& planned, const std::string& reason);
  std::string give_up(PlannedCell& planned);

  const Definition& definition_;
  const std::vector<Cell>& cells_;
  Shard shard_;
  Crew& crew_;
  Outcomes& outcomes_;
  Accounts& accounts_;
  Progress& progress_;
  Budget budget_;
  std::vector<PlannedCell> planned_;
};

}  // namespace suite
