#include "analysis/compare/cell_change.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "analysis/compare/contrast.h"

namespace suite {
namespace {

const double kDriftWorthSaying = std::log(1.1);

using Count = std::optional<std::uint64_t>;

// A cell that failed, or that no formula could predict, has none.
Count macs_of(const MeasuredCell& cell) {
  const std::uint64_t macs = cell.macs("total");
  if (cell.status == "failed" || (macs == 0 && !cell.timed())) return {};
  return macs;
}

void add_difference(std::string& text, const char* what, Count a, Count b) {
  if (!a || !b || *a == *b) return;
  text += fmt::format("{}{} {} → {}", text.empty() ? "" : ", ", what, *a, *b);
}

std::string why_untimed(const CellPair& pair) {
  std::string why;
  for (const auto& [cell, side] : {std::pair(pair.a, 'A'), {pair.b, 'B'}}) {
    if (!usable_seconds(cell).empty()) continue;
    why += fmt::format("{}{} in {}{}{}", why.empty() ? "" : "; ",
                       cell->status == "ok" ? "no times" : cell->status, side,
                       cell->reason.empty() ? "" : ": ", cell->reason);
  }
  return why;
}

// Bytes are counted: what lies outside of the tolerance is so for certain.
void add_peak(const CellPair& pair, double tolerance, CellChange& result) {
  const std::string difference = peak_difference(pair);
  if (difference.empty()) return;
  result.why += (result.why.empty() ? "" : ", ") + difference;
  const double ratio = static_cast<double>(*pair.b->bytes_peak) /
                       static_cast<double>(*pair.a->bytes_peak);
  if (ratio > 1 + tolerance) result.peak = Change::worse;
  if (ratio < 1 / (1 + tolerance)) result.peak = Change::better;
}

Interval widened(Interval ratio, double widening) {
  ratio.low *= std::exp(-widening);
  ratio.high *= std::exp(widening);
  return ratio;
}

CellChange changed(const CellPair& pair, double widening, double tolerance) {
  CellChange result{pair};
  const std::vector<double> a = usable_seconds(pair.a);
  const std::vector<double> b = usable_seconds(pair.b);
  result.a = mean_interval(a, kConfidence);
  result.b = mean_interval(b, kConfidence);
  result.ratio = widened(ratio_interval(b, a, kConfidence), widening);
  result.why = count_difference(pair);
  if (!result.why.empty()) {
    result.change = Change::different;
  } else if (a.empty() || b.empty()) {
    result.why = why_untimed(pair);
    if (pair.b->status == "failed" && pair.a->status != "failed") {
      result.change = Change::different;
    }
  } else {
    result.change =
        change_of(widened(ratio_interval(b, a, kSure), widening), tolerance);
    if (a.size() < 2 || b.size() < 2) result.why = "a single repetition";
  }
  add_peak(pair, tolerance, result);
  return result;
}

}  // namespace

double worth_widening(const Run& run) {
  return run.speeds.drift > kDriftWorthSaying ? run.speeds.drift : 0;
}

std::string count_difference(const CellPair& pair) {
  const MeasuredCell &a = *pair.a, &b = *pair.b;
  std::string text;
  add_difference(text, "MACs", macs_of(a), macs_of(b));
  add_difference(text, "parameters", a.parameters, b.parameters);
  return text;
}

std::string peak_difference(const CellPair& pair) {
  const MeasuredCell &a = *pair.a, &b = *pair.b;
  std::string text;
  // Those of a skipped cell are predicted.
  if (a.threads == b.threads && a.status == b.status) {
    add_difference(text, "peak bytes", a.bytes_peak, b.bytes_peak);
  }
  return text;
}

std::vector<CellChange> cell_changes(const RunPair& pair, double tolerance) {
  const double widening = worth_widening(*pair.a) + worth_widening(*pair.b);
  std::vector<CellChange> changes;
  for (const CellPair& cells : pair.both) {
    CellChange each = changed(cells, widening, tolerance);
    const bool kept = pair.same_machine() || each.change == Change::different ||
                      each.change == Change::untimed ||
                      each.peak != Change::same;
    if (kept) changes.push_back(std::move(each));
  }
  return changes;
}

}  // namespace suite
