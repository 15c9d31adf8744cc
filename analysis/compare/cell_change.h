// On one machine: what became of a cell's time, and whether it still does the
// same work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/run_pair.h"
#include "support/interval.h"

namespace suite {

enum class Change {
  same,       // the interval lies within the tolerance
  faster,     // below 1, and not the same
  slower,     // above 1, and not the same
  unclear,    // none of these
  different,  // another model: counts differ, or the answers became wrong
  untimed,    // skipped, or failed before
};
inline constexpr Change kChanges[] = {Change::same,      Change::faster,
                                      Change::slower,    Change::unclear,
                                      Change::different, Change::untimed};
std::string_view name_of(Change change);  // "SAME"

// Of an interval of B's time over A's. SAME is within 1/(1 + tolerance) …
// 1 + tolerance.
Change change_of(const Interval& ratio, double tolerance);

// How far, in logarithms, the machine's own speed moved while a run was
// measured; 0 for less than a tenth.
double worth_widening(const Run& run);

struct CellChange {
  CellPair cells;
  Interval a, b;   // geometric means of the repetitions, seconds
  Interval ratio;  // B's time over A's, widened by both runs' drift
  Change change = Change::untimed;
  std::string why;  // what differs, or why there is no time
};

// What a changed model shows in its counts, as "MACs 7 → 9"; empty if they
// agree. Peak bytes depend on threads: they must agree where threads do.
std::string count_difference(const CellPair& pair);

// Of every cell that both runs have. Across machines, only those that are
// DIFFERENT or untimed.
std::vector<CellChange> cell_changes(const RunPair& pair, double tolerance);

}  // namespace suite
