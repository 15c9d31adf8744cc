#include "experiments/roofline/roofline_table.h"

#include <fmt/ranges.h>

#include <cmath>

#include "experiments/rows/record.h"
#include "support/csv.h"

namespace suite {
namespace {

constexpr char kLine[] =
    "{:<20} {:>9} {:>9} {:>9} {:>9}  {:<12} {:>10} {:>8} {:>8}\n";

// "-" for what cannot be said.
std::string shown(double value, const char* form) {
  if (!(value > 0) || std::isinf(value)) return "-";
  return fmt::format(fmt::runtime(form), value);
}

std::string field(double value) {
  return value > 0 && std::isfinite(value) ? exact(value) : "";
}

std::string text_of(const RooflineRow& row, const Roofs& roofs) {
  const Work& work = row.work;
  const auto macs = static_cast<double>(work.macs);
  const auto bytes = static_cast<double>(work.bytes_moved);
  return fmt::format(kLine, row.part, shown(1e-9 * macs, "{:.3f}"),
                     shown(1e-6 * bytes, "{:.1f}"),
                     shown(intensity_of(work), "{:.1f}"),
                     shown(1e3 * work.seconds, "{:.3f}"), row.bound.name,
                     shown(1e3 * row.bound.seconds, "{:.3f}"),
                     shown(100 * row.share_of_bound(), "{:.0f} %"),
                     shown(100 * row.share_of_gemm(roofs), "{:.0f} %"));
}

std::string csv_of(const std::string& id, const RooflineRow& row,
                   const Roofs& roofs) {
  const std::vector<std::string> fields = {
      csv_field(id),
      row.part,
      std::to_string(row.work.macs),
      std::to_string(row.work.logits),
      std::to_string(row.work.bytes_moved),
      field(intensity_of(row.work)),
      exact(row.work.seconds),
      row.bound.seconds > 0 ? std::string(row.bound.name) : "",
      field(row.bound.seconds),
      field(row.share_of_bound()),
      field(row.share_of_gemm(roofs)),
      exact(roofs.fma_flops_per_second),
      exact(roofs.gemm_flops_per_second),
      exact(roofs.bytes_per_second),
      exact(roofs.exponentials_per_second)};
  return fmt::format("{}\n", fmt::join(fields, ","));
}

}  // namespace

double RooflineRow::share_of_bound() const {
  return work.seconds > 0 ? bound.seconds / work.seconds : 0;
}

double RooflineRow::share_of_gemm(const Roofs& roofs) const {
  if (work.macs == 0 || work.seconds <= 0) return 0;
  return 2 * static_cast<double>(work.macs) / work.seconds /
         roofs.gemm_flops_per_second;
}

std::vector<RooflineRow> roofline_rows(const MeasuredForward& forward,
                                       const Roofs& roofs) {
  std::vector<RooflineRow> rows;
  RooflineRow total{"total", forward.cost.total(), {"all parts", 0}};
  total.work.seconds = forward.seconds;
  for (int part = 0; part < kParts; ++part) {
    const Work& work = forward.cost.parts[part];
    if (work == Work() && work.seconds == 0) continue;
    // Exponentials made within the scores, all or some of them, have no time of
    // their own.
    const double least =
        static_cast<double>(work.logits) / roofs.exponentials_per_second;
    const bool within =
        part == static_cast<int>(Part::softmax) && work.seconds < least;
    if (within && !rows.empty()) {
      rows.back().part += "+softmax";
      rows.back().work += work;
    } else {
      rows.push_back({std::string(kPartNames[part]), work, {}});
    }
  }
  for (RooflineRow& row : rows) {
    row.bound = bound_of(row.work, roofs);
    total.bound.seconds += row.bound.seconds;
  }
  rows.push_back(total);
  return rows;
}

std::string roofline_text(const MeasuredForward& forward, const Roofs& roofs,
                          const std::string& gemm) {
  std::string text = fmt::format("\n{}\n", forward.id);
  text += fmt::format(kLine, "", "GMACs", "MB", "FLOPs/B", "ms", "bound",
                      "allows ms", "of bound", "of " + gemm);
  for (const RooflineRow& row : roofline_rows(forward, roofs)) {
    text += text_of(row, roofs);
  }
  return text;
}

std::string roofline_csv_header() {
  return "cell_id,part,macs,logits,bytes_moved,flops_per_byte,seconds,bound,"
         "bound_seconds,share_of_bound,share_of_gemm,fma_flops_per_second,"
         "gemm_flops_per_second,bytes_per_second,exponentials_per_second\n";
}

std::string roofline_csv(const std::vector<MeasuredForward>& forwards,
                         const Roofs& roofs) {
  std::string text;
  for (const MeasuredForward& forward : forwards) {
    for (const RooflineRow& row : roofline_rows(forward, roofs)) {
      text += csv_of(forward.id, row, roofs);
    }
  }
  return text;
}

}  // namespace suite
