#include "analysis/papers/measured.h"

#include <algorithm>

#include "support/median.h"

namespace suite {
namespace {

bool is_of(const MeasuredCell& cell, const PaperRow& row) {
  const auto fits = [&](const auto& pair) {
    const auto found = cell.dimensions.find(pair.first);
    return found != cell.dimensions.end() && found->second == pair.second;
  };
  return cell.timed() && cell.contestant == row.measured &&
         std::all_of(row.where.begin(), row.where.end(), fits);
}

bool comparable(const MeasuredCell& a, const MeasuredCell& b) {
  return a.scalar == b.scalar && a.threads == b.threads && a.phase == b.phase;
}

bool is_of_memory(Quantity quantity) {
  return quantity == Quantity::memory || quantity == Quantity::saving;
}

// Seconds, or bytes at the peak; 0 where a cell has none.
double amount(const MeasuredCell& cell, Quantity quantity) {
  return is_of_memory(quantity)
             ? static_cast<double>(cell.bytes_peak.value_or(0))
             : median(cell.seconds("total"));
}

// More of it is less of what was measured.
bool is_inverse(Quantity quantity) {
  return quantity == Quantity::steps || is_ratio(quantity);
}

}  // namespace

const PaperRow& base_of(const PaperTable& table, const PaperRow& row,
                        Quantity quantity) {
  for (const PaperRow& other : table.rows) {
    if (other.group != row.group) continue;
    if (is_ratio(quantity) || other.find(quantity) != nullptr) return other;
  }
  return row;
}

std::optional<double> measured_ratio(const std::vector<Run>& runs,
                                     const PaperTable& table,
                                     const PaperRow& row, const PaperRow& base,
                                     Quantity quantity) {
  for (const Run& run : runs) {
    if (run.experiment != table.experiment) continue;
    for (const MeasuredCell& mine : run.cells) {
      if (!is_of(mine, row)) continue;
      for (const MeasuredCell& others : run.cells) {
        if (!is_of(others, base) || !comparable(mine, others)) continue;
        const double a = amount(mine, quantity), b = amount(others, quantity);
        if (a > 0 && b > 0) return is_inverse(quantity) ? b / a : a / b;
      }
    }
  }
  return std::nullopt;
}

}  // namespace suite
