#include "experiments/run/runner.h"

#include <algorithm>

#include "experiments/run/precision.h"
#include "experiments/run/residency.h"
#include "experiments/run/timing.h"
#include "support/files.h"
#include "support/interruption.h"

namespace suite {
namespace {

std::uint64_t flops_of(const Cell& cell) {
  try {
    return cell.declared().total().flops();
  } catch (const Error&) {
    return 0;  // refused: becomes a row at once
  }
}

}  // namespace

Runner::Runner(const Definition& definition, const std::vector<Cell>& cells,
               Shard shard, Crew& crew, Outcomes& outcomes, Accounts& accounts,
               Progress& progress)
    : definition_(definition),
      cells_(cells),
      shard_(shard),
      crew_(crew),
      outcomes_(outcomes),
      accounts_(accounts),
      progress_(progress),
      budget_(definition, progress) {}

void Runner::check_and_count(const Calibrations& machine) {
  Planner planner(machine);
  std::vector<const Cell*> order;
  for (const Cell& cell : cells_) {
    if (!outcomes_.journal().settled(cell.id)) order.push_back(&cell);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Cell* a, const Cell* b) {
                     return flops_of(*a) < flops_of(*b);
                   });
  std::size_t done = 0;
  for (const Cell* cell : order) {
    if (interruption() != 0) return;
    progress_.show(++done, order.size(), "checking " + cell->id, -1);
    check_and_count(*cell, planner);
  }
}

void Runner::check_and_count(const Cell& cell, Planner& planner) {
  std::vector<int> repetitions =
      repetitions_to_do(definition_, shard_, cell, outcomes_.journal());
  if (repetitions.empty()) return;
  std::optional<CellUnderTest> tested;
  try {
    tested.emplace(cell, definition_.seed, crew_);
  } catch (const Error& refusal) {
    return outcomes_.skipped(cell, refusal.what(), nullptr);
  }
  const Cost& declared = tested->declared();
  const std::string too_much = budget_.excess(
      declared, planner.seconds(cell, declared), repetitions.size());
  if (!too_much.empty()) return outcomes_.skipped(cell, too_much, &declared);
  try {
    check_and_count(*tested);
  } catch (const FileError&) {
    throw;
  } catch (const std::exception& error) {
    return outcomes_.failed(cell, error.what(), &declared);
  }
  planner.learn(cell, declared, tested->forward_seconds());
  planned_.push_back({std::move(*tested), std::move(repetitions)});
  budget_.plan(planned_.back().seconds());
}

void Runner::check_and_count(CellUnderTest& tested) {
  {
    const Spent spent(accounts_.checks, progress_);
    tested.check();
  }
  bring_to_life(tested);
  const Spent spent(accounts_.warm_up, progress_);
  tested.count();
}

void Runner::bring_to_life(CellUnderTest& tested) {
  const Spent spent(accounts_.builds, progress_);
  suite::bring_to_life(tested, planned_, budget_.memory());
}

void Runner::leave_untimed(const std::string& reason) {
  if (interruption() != 0) return;
  for (PlannedCell& planned : planned_) {
    outcomes_.skipped(planned.tested.cell(), reason,
                      &planned.tested.declared());
  }
  planned_.clear();
}

void Runner::time(const std::vector<std::string>& flags) {
  if (interruption() != 0) return;
  do {
    time_cells(planned_, flags,
               [this](auto&... arguments) { return repeat(arguments...); });
  } while (want_more());
}

// One repetition, as Google Benchmark asks for it.
std::string Runner::repeat(PlannedCell& planned,
                           const std::function<bool()>& keep_running,
                           const std::function<void(double)>& report) {
  if (interruption() != 0) return "interrupted";
  if (planned.repetitions.empty()) return "not run";  // it failed before
  CellUnderTest& tested = planned.tested;
  progress_.show(cells_.size(), cells_.size(), tested.cell().id,
                 budget_.planned());
  if (budget_.used_up()) return give_up(planned);
  try {
    bring_to_life(tested);
    {
      const Spent spent(accounts_.warm_up, progress_);
      tested.warm_up();
    }
    const Spent spent(accounts_.timed, progress_);
    const Measurement measured = tested.time(keep_running, report);
    outcomes_.measured(tested.cell(), planned.repetitions.front(), measured,
                       tested.declared());
  } catch (const FileError&) {
    throw;
  } catch (const std::bad_alloc&) {
    return stop(planned, "out of memory");
  } catch (const Error& error) {
    return stop(planned, error.what());
  }
  planned.repetitions.erase(planned.repetitions.begin());
  budget_.done(tested.repetition_seconds());
  return "";
}

std::string Runner::stop(PlannedCell& planned, const std::string& reason) {
  outcomes_.failed(planned.tested.cell(), reason, &planned.tested.declared());
  planned.repetitions.clear();
  return reason;
}

std::string Runner::give_up(PlannedCell& planned) {
  outcomes_.skipped(
      planned.tested.cell(),
      fmt::format("the budget of {:.3g} s was used up after {} "
                  "of {} repetitions",
                  budget_.seconds(), shard_.count(planned.repetitions.front()),
                  shard_.count(definition_.repetitions)),
      &planned.tested.declared());
  planned.repetitions.clear();
  return "out of budget";
}

// Gives cells whose interval is too wide more repetitions, while the budget
// lasts.
bool Runner::want_more() {
  if (interruption() != 0) return false;
  bool more = false;
  for (PlannedCell& planned : planned_) {
    const Cell& cell = planned.tested.cell();
    if (outcomes_.journal().settled(cell.id)) continue;
    planned.repetitions =
        repetitions_to_do(definition_, shard_, cell, outcomes_.journal());
    if (!budget_.allows(planned.seconds())) planned.repetitions.clear();
    budget_.plan(planned.seconds());
    more |= !planned.repetitions.empty();
  }
  return more;
}

}  // namespace suite
