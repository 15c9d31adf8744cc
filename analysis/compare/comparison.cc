#include "analysis/compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace suite {
namespace {

// Machines whose speed differs by more did not do the same work at ease.
const double kSpeedWorthSaying = std::log(1.1);

std::string drift_remark(const Compared& compared) {
  const double a = worth_widening(*compared.pair.a);
  const double b = worth_widening(*compared.pair.b);
  if (!compared.pair.same_machine() || a + b == 0) return "";
  std::string by;
  if (a > 0) by += fmt::format("{:.2f} within A", std::exp(a));
  if (b > 0) {
    by += fmt::format("{}{:.2f} within B", by.empty() ? "" : " and ",
                      std::exp(b));
  }
  return fmt::format(
      "drift: the sgemm speed moved by a factor of {}; every interval is "
      "wider by {:.2f} on each side",
      by, std::exp(a + b));
}

std::string speed_remark(const RunPair& pair) {
  const double a = pair.a->speeds.gemm_flops_per_second;
  const double b = pair.b->speeds.gemm_flops_per_second;
  if (!pair.same_machine() || a <= 0 || b <= 0 ||
      std::abs(std::log(b / a)) <= kSpeedWorthSaying) {
    return "";
  }
  return fmt::format(
      "calibration: B's sgemm speed is {:.2f} of A's; what changed may be the "
      "machine",
      b / a);
}

std::string machine_remark(const RunPair& pair) {
  if (pair.same_machine()) return "";
  return fmt::format(
      "two machines (A: {}; B: {}): a time would say which is faster, so what "
      "is compared are ratios within each run, slopes and crossovers",
      pair.a->machine, pair.b->machine);
}

}  // namespace

std::size_t Compared::count(Change change) const {
  return static_cast<std::size_t>(
      std::count_if(cells.begin(), cells.end(),
                    [&](const auto& each) { return each.change == change; }));
}

Compared compare(const RunPair& pair, double tolerance) {
  Compared compared{pair, cell_changes(pair, tolerance), {}, {}, {}};
  compared.crossovers = crossovers(pair);
  if (pair.same_machine()) return compared;
  compared.ratios = ratio_changes(pair);
  compared.slopes = slope_changes(pair);
  return compared;
}

bool is_worse(const std::vector<Compared>& all) {
  return std::any_of(all.begin(), all.end(), [](const Compared& each) {
    return std::any_of(each.cells.begin(), each.cells.end(),
                       [](const CellChange& cell) {
                         return is_worse(cell.change) || is_worse(cell.peak);
                       });
  });
}

std::vector<std::string> remarks(const Compared& compared) {
  std::vector<std::string> lines = {machine_remark(compared.pair),
                                    drift_remark(compared),
                                    speed_remark(compared.pair)};
  std::erase(lines, "");
  return lines;
}

}  // namespace suite
