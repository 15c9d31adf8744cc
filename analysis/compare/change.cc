#include "analysis/compare/change.h"

#include "analysis/compare/contrast.h"

namespace suite {

std::string_view name_of(Change change) {
  switch (change) {
    case Change::same:
      return "SAME";
    case Change::faster:
      return "FASTER";
    case Change::slower:
      return "SLOWER";
    case Change::better:
      return "BETTER";
    case Change::worse:
      return "WORSE";
    case Change::unclear:
      return "UNCLEAR";
    case Change::different:
      return "DIFFERENT";
    case Change::untimed:
      return "untimed";
  }
  return "";
}

bool is_worse(Change change) {
  return change == Change::slower || change == Change::worse ||
         change == Change::different;
}

Change change_of(const Interval& ratio, double tolerance) {
  if (!is_known(ratio)) return Change::unclear;
  if (ratio.low >= 1 / (1 + tolerance) && ratio.high <= 1 + tolerance) {
    return Change::same;
  }
  if (ratio.high < 1) return Change::faster;
  if (ratio.low > 1) return Change::slower;
  return Change::unclear;
}

Change change_of_goodness(const Interval& difference, double tolerance) {
  if (!is_known(difference)) return Change::unclear;
  if (difference.low >= -tolerance && difference.high <= tolerance) {
    return Change::same;
  }
  if (difference.low > 0) return Change::better;
  if (difference.high < 0) return Change::worse;
  return Change::unclear;
}

}  // namespace suite
