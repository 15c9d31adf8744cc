#include "experiments/run/precision.h"

#include <algorithm>

#include "support/interval.h"

namespace suite {
namespace {

// Of the whole forward, one a repetition.
std::vector<double> total_seconds(const Cell& cell, const Journal& journal) {
  std::vector<double> seconds;
  for (const Record& row : journal.rows()) {
    if (row["cell_id"] == cell.id && row["part"] == "total" &&
        row["status"] == "ok") {
      seconds.push_back(std::stod(row["seconds"]));
    }
  }
  return seconds;
}

bool too_wide(const std::vector<double>& seconds, double half_width) {
  const Interval interval = mean_interval(seconds, 0.95);
  // Not the other way round: an interval that can't be made is too wide.
  return !(interval.high <= interval.estimate * (1 + half_width));
}

}  // namespace

std::vector<int> repetitions_to_do(const Definition& definition,
                                   const Cell& cell, const Journal& journal) {
  std::vector<int> lacking;
  for (int r = 0; r < definition.repetitions; ++r) {
    if (!journal.finished(cell.id, r)) lacking.push_back(r);
  }
  if (!lacking.empty() || definition.half_width <= 0) return lacking;
  const std::vector<double> seconds = total_seconds(cell, journal);
  const int done = static_cast<int>(seconds.size());
  if (!too_wide(seconds, definition.half_width)) return lacking;
  const int end =
      std::min(done + definition.repetitions, definition.most_repetitions);
  for (int r = done; r < end; ++r) lacking.push_back(r);
  return lacking;
}

}  // namespace suite
