#include "experiments/run/summary.h"

#include <algorithm>
#include <map>
#include <optional>

#include "support/median.h"

namespace suite {
namespace {

double number(const std::string& field) { return std::stod(field); }

// A cell's rows, gathered over its repetitions.
struct Result {
  std::map<std::string, std::vector<double>> seconds;  // by part
  std::map<std::string, double> macs;
  double bytes_peak = 0;
  std::string untimed;  // "skipped", "failed", or nothing

  std::optional<double> time(std::initializer_list<const char*> parts) const {
    double sum = 0;
    for (const char* part : parts) {
      const auto found = seconds.find(part);
      if (found == seconds.end()) return std::nullopt;
      sum += median(found->second);
    }
    return sum;
  }
  double macs_of(const std::string& part) const {
    const auto found = macs.find(part);
    return found == macs.end() ? 0 : found->second;
  }
};

std::map<std::string, Result> gather(const std::vector<Record>& rows) {
  std::map<std::string, Result> results;
  for (const Record& row : rows) {
    Result& result = results[row["cell_id"]];
    const std::string& part = row["part"];
    if (row["status"] == "ok") {
      result.seconds[part].push_back(number(row["seconds"]));
    } else {
      result.untimed = row["status"];
    }
    if (!row["macs"].empty()) result.macs[part] = number(row["macs"]);
    if (!row["bytes_peak"].empty()) {
      result.bytes_peak = number(row["bytes_peak"]);
    }
  }
  return results;
}

std::string shown(std::optional<double> value, const char* form) {
  return value ? fmt::format(fmt::runtime(form), *value) : "-";
}

std::optional<double> ratio(std::optional<double> a, std::optional<double> b) {
  if (!a || !b || *b == 0) return std::nullopt;
  return *a / *b;
}

// The values of a sweep's dimensions in one cell.
using Values = std::vector<std::size_t>;

Values values_at(const Sweep& sweep, const Cell& cell) {
  Values values;
  for (const SweptDimension& swept : sweep.dimensions) {
    values.push_back(dimension(cell.shape, swept.dimension));
  }
  return values;
}

// Cells of one sweep, by the values of the swept dimensions. A cell that
// doesn't read a swept dimension stands at all of its values.
class SweepTable {
 public:
  SweepTable(const Sweep& sweep, std::size_t index, int threads,
             const std::vector<Cell>& cells,
             const std::map<std::string, Result>& results)
      : sweep_(sweep), results_(results) {
    std::vector<const Cell*> everywhere;
    for (const Cell& cell : cells) {
      const auto& in = cell.sweeps;
      if (cell.threads != threads ||
          std::find(in.begin(), in.end(), index) == in.end()) {
        continue;
      }
      width_ = std::max(width_, cell.label().size());
      bool reads_all = true;
      for (const SweptDimension& swept : sweep.dimensions) {
        reads_all &= cell.entry.contestant->facts.reads(swept.dimension);
      }
      if (reads_all) {
        places_[values_at(sweep, cell)].push_back(&cell);
      } else {
        everywhere.push_back(&cell);
      }
    }
    if (places_.empty()) places_[{}] = {};
    for (auto& [values, at] : places_) {
      at.insert(at.end(), everywhere.begin(), everywhere.end());
    }
  }

  std::string text(double peak) const {
    std::string text = fmt::format(
        "\n{:<12} {:<{}} {:>12} {:>8} {:>10} {:>9} {:>8}\n", "",
        "contestant", width_, "time", "ratio", "GMACs", "peak MB", "of peak");
    for (const auto& [values, at] : places_) {
      if (at.empty()) continue;
      const auto base = result(*at.front()).time({"total"});
      for (const Cell* cell : at) text += row(values, *cell, base, peak);
    }
    return text + remaining_ratios();
  }

 private:
  // "N=4096 M=128"
  std::string name(const Values& values) const {
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
      text += fmt::format("{}{}={}", i == 0 ? "" : " ",
                          sweep_.dimensions[i].dimension, values[i]);
    }
    return text;
  }

  const Result& result(const Cell& cell) const {
    static const Result kNone;
    const auto found = results_.find(cell.id);
    return found == results_.end() ? kNone : found->second;
  }

  std::string row(const Values& values, const Cell& cell,
                  std::optional<double> base, double peak) const {
    const Result& r = result(cell);
    const auto time = r.time({"total"});
    const double macs = r.macs_of("total");
    std::optional<double> share;
    if (time) share = 100 * 2 * macs / *time / peak;
    const std::string milliseconds =
        time ? fmt::format("{:.3f} ms", 1e3 * *time) : r.untimed;
    return fmt::format("{:<12} {:<{}} {:>12} {:>8} {:>10.3f} {:>9.1f} {:>8}\n",
                       name(values), cell.label(), width_, milliseconds,
                       shown(ratio(time, base), "{:.2f}"), macs / 1e9,
                       r.bytes_peak / 1e6, shown(share, "{:.0f} %"));
  }

  // At the last place where both were timed, each contestant over the first.
  std::string remaining_ratios() const {
    std::string text;
    for (std::size_t i = 1; i < places_.rbegin()->second.size(); ++i) {
      for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
        const auto& [values, at] = *place;
        const Result& other = result(*at[i]);
        const Result& first = result(*at[0]);
        if (!other.time({"total"}) || !first.time({"total"})) continue;
        text += ratios(values, *at[i], *at[0]);
        break;
      }
    }
    return text;
  }

  std::string ratios(const Values& values, const Cell& cell,
                     const Cell& over) const {
    const Result& other = result(cell);
    const Result& first = result(over);
    const std::string where = name(values);
    const auto attention = {"scores", "softmax", "weighted_sum"};
    return fmt::format(
        "{} over {}{}{}: score MACs {}, attention time {}, all MACs {}, whole "
        "time {}\n",
        cell.label(), over.label(), where.empty() ? "" : " at ", where,
        shown(ratio(other.macs_of("scores"), first.macs_of("scores")),
              "{:.6g}"),
        shown(ratio(other.time(attention), first.time(attention)), "{:.4g}"),
        shown(ratio(other.macs_of("total"), first.macs_of("total")), "{:.4g}"),
        shown(ratio(other.time({"total"}), first.time({"total"})), "{:.4g}"));
  }

  const Sweep& sweep_;
  const std::map<std::string, Result>& results_;
  std::map<Values, std::vector<const Cell*>> places_;
  std::size_t width_ = 12;  // of the longest contestant's name
};

}  // namespace

std::string summary(const Definition& definition,
                    const std::vector<Cell>& cells,
                    const std::vector<Record>& rows,
                    const std::map<int, double>& gemm_flops_per_second) {
  const auto results = gather(rows);
  std::string text = fmt::format("{}: {}\n", definition.name, definition.shows);
  for (const auto& [threads, peak] : gemm_flops_per_second) {
    if (gemm_flops_per_second.size() > 1) {
      text += fmt::format("\nthreads = {}\n", threads);
    }
    for (std::size_t s = 0; s < definition.sweeps.size(); ++s) {
      text += SweepTable(definition.sweeps[s], s, threads, cells, results)
                  .text(peak);
    }
  }
  return text;
}

}  // namespace suite
