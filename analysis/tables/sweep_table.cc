#include "analysis/tables/sweep_table.h"

#include <fmt/format.h>

#include <cctype>
#include <limits>
#include <map>

#include "analysis/runs/dimension_sweep.h"
#include "analysis/tables/quantity.h"
#include "support/interval.h"

namespace suite {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr int kTimeDigits = 4, kDigits = 3;

// A wrong answer has no time.
std::vector<double> times_of(const MeasuredCell* cell) {
  if (cell == nullptr || cell->status == "failed") return {};
  return cell->seconds("total");
}

// One estimator for all columns: what is printed lies in the interval beside
// it, and a reader who divides times gets the ratio.
Interval time_of(const std::vector<double>& times) {
  if (times.size() == 1) return {times[0], 0, kInfinite};
  return mean_interval(times, kConfidence);
}

std::string time_text(const MeasuredCell& cell) {
  const std::vector<double> times = times_of(&cell);
  if (times.empty()) return cell.status;
  const std::string time = si(time_of(times).estimate, "s", kTimeDigits);
  return cell.status == "ok" ? time : time + ", rest " + cell.status;
}

std::string count_text(std::uint64_t count, const char* unit) {
  return count == 0 ? "-" : si(static_cast<double>(count), unit, kDigits);
}

struct Ratio {
  std::string value = "-", ends = "-";
};

Ratio ratio_of(const MeasuredCell& cell, const MeasuredCell* first) {
  const std::vector<double> times = times_of(&cell), base = times_of(first);
  if (times.empty() || base.empty()) return {};
  if (&cell == first) return {"1", "-"};
  return {digits_of(time_of(times).estimate / time_of(base).estimate, kDigits),
          ends_of(ratio_interval(times, base, kConfidence), kDigits)};
}

std::string share_of(const MeasuredCell& cell, double peak) {
  const std::vector<double> times = times_of(&cell);
  if (times.empty() || peak <= 0) return "-";
  const double flops = 2 * static_cast<double>(cell.macs("total"));
  return fmt::format("{:.0f} %", 100 * flops / time_of(times).estimate / peak);
}

std::vector<std::string> row_of(const DimensionSweep& sweep,
                                std::uint64_t value,
                                const std::string& contestant,
                                const MeasuredCell& cell, double peak) {
  const Ratio ratio =
      ratio_of(cell, sweep.at(sweep.contestants.front(), value));
  return {fmt::to_string(value),
          contestant,
          time_text(cell),
          half_width(time_of(times_of(&cell))),
          count_text(cell.bytes_peak.value_or(0), "B"),
          count_text(cell.macs("total"), ""),
          ratio.value,
          ratio.ends,
          share_of(cell, peak)};
}

Table table_of(const Run& run, const DimensionSweep& sweep) {
  const std::string& first = sweep.contestants.front();
  Table table;
  table.caption =
      fmt::format("{}: {} swept at {} (run {}, {})", run.experiment,
                  sweep.dimension, sweep.fixed.text(), run.run_id, run.machine);
  table.columns = {{sweep.dimension}, {"contestant", Side::left},
                   {"time"},          {"± 95 %"},
                   {"memory"},        {"MACs"},
                   {"over " + first}, {"95 % interval"},
                   {"of sgemm peak"}};
  for (const std::uint64_t value : sweep.values) {
    for (const std::string& contestant : sweep.contestants) {
      const MeasuredCell* cell = sweep.at(contestant, value);
      if (cell == nullptr) continue;
      table.rows.push_back(row_of(sweep, value, contestant, *cell,
                                  run.speeds.gemm_flops_per_second));
    }
  }
  return table;
}

// An experiment may be named after any file; LaTeX takes less.
std::string label_from(std::string name) {
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '-';
  }
  return "tab:" + name;
}

}  // namespace

std::vector<Table> sweep_tables(const std::vector<Run>& runs,
                                const std::optional<std::string>& dimension) {
  std::vector<Table> tables;
  std::map<std::string, int> labels;
  for (const Run& run : runs) {
    for (const DimensionSweep& sweep : dimension_sweeps(run)) {
      if (dimension && sweep.dimension != *dimension) continue;
      Table table = table_of(run, sweep);
      table.label = label_from(run.experiment + "-" + sweep.dimension);
      const int count = ++labels[table.label];
      if (count > 1) table.label += fmt::format("-{}", count);
      tables.push_back(std::move(table));
    }
  }
  return tables;
}

}  // namespace suite
