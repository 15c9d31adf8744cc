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

std::vector<int> repetitions_to_do(const Definition& definition, Shard shard,
                                   const Cell& cell, const Journal& journal) {
  std::vector<int> lacking;
  for (int r = shard.index; r < definition.repetitions; r += shard.of) {
    if (!journal.finished(cell.id, r)) lacking.push_back(r);
  }
  if (!lacking.empty() || definition.half_width <= 0) return lacking;
  const std::vector<double> seconds = total_seconds(cell, journal);
  if (!too_wide(seconds, definition.half_width)) return lacking;
  const int next = shard.index + static_cast<int>(seconds.size()) * shard.of;
  const int end =
      std::min(next + definition.repetitions, definition.most_repetitions);
  for (int r = next; r < end; r += shard.of) lacking.push_back(r);
  return lacking;
}

}  // namespace suite
