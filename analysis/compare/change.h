// The words for what became of something.
#pragma once

#include <string_view>

#include "support/interval.h"

namespace suite {

enum class Change {
  same,    // the interval lies within the tolerance
  faster,  // of a time: below 1, and not the same
  slower,  // above 1, and not the same
  better,  // of what was learned
  worse,
  unclear,    // none of these
  different,  // another model: counts differ, or the answers became wrong
  untimed,    // skipped, or failed before
};
inline constexpr Change kChanges[] = {
    Change::same,  Change::faster,  Change::slower,    Change::better,
    Change::worse, Change::unclear, Change::different, Change::untimed};
std::string_view name_of(Change change);  // "SAME"

// What makes an exit status say so.
bool is_worse(Change change);

// Of an interval of B's time over A's. SAME is within 1/(1 + tolerance) …
// 1 + tolerance.
Change change_of(const Interval& ratio, double tolerance);

// Of an interval of B's goodness less A's. SAME is within ± tolerance.
Change change_of_goodness(const Interval& difference, double tolerance);

}  // namespace suite
