#include "experiments/rows/rows.h"

#include "support/csv.h"

namespace suite {
namespace {

Record cell_record(const RunIdentity& run, const Cell& cell) {
  Record record;
  record["schema"] = std::to_string(kSchema);
  record["experiment"] = run.experiment;
  record["definition_sha256"] = run.definition_sha256;
  record["run_id"] = run.run_id;
  record["cell_id"] = cell.id;
  record["contestant"] = cell.entry.name();
  record["phase"] = std::string(name_of(cell.phase));
  for (const std::string_view name : kDimensions) {
    // Empty where the contestant has no such dimension.
    if (!cell.entry.contestant->facts.reads(name)) continue;
    record[name] = std::to_string(dimension(cell.shape, name));
  }
  record["threads"] = std::to_string(cell.threads);
  if (cell.ranks > 0) record["ranks"] = std::to_string(cell.ranks);
  record["scalar"] = cell.scalar;
  record["attention"] = cell.entry.options.text_or("form", "");
  record["plan"] = cell.plan();
  return record;
}

void count(Record& record, const Work& work) {
  record["macs"] = std::to_string(work.macs);
  record["logits"] = std::to_string(work.logits);
  record["flops"] = std::to_string(work.flops());
  record["bytes_moved"] = std::to_string(work.bytes_moved);
}

}  // namespace

std::vector<Record> measured_rows(const RunIdentity& run, const Cell& cell,
                                  int repetition, const Measurement& measured,
                                  std::size_t parameters) {
  std::vector<Record> rows;
  Record common = cell_record(run, cell);
  common["repetition"] = std::to_string(repetition);
  common["status"] = "ok";
  for (int part = 0; part < kParts; ++part) {
    const Work& work = measured.counted.parts[part];
    if (work == Work() && work.seconds == 0) continue;
    Record& row = rows.emplace_back(common);
    row["part"] = std::string(kPartNames[part]);
    row["seconds"] = exact(work.seconds);
    count(row, work);
  }
  Record& total = rows.emplace_back(common);
  total["part"] = "total";
  total["seconds"] = exact(measured.seconds);
  total["cpu_seconds"] = exact(measured.cpu_seconds);
  count(total, measured.counted.total());
  total["bytes_peak"] = std::to_string(measured.bytes_peak);
  total["parameters"] = std::to_string(parameters);
  return rows;
}

Record untimed_row(const RunIdentity& run, const Cell& cell,
                   const std::string& status, const std::string& reason,
                   const Cost* declared) {
  Record row = cell_record(run, cell);
  row["part"] = "total";
  row["status"] = status;
  row["reason"] = reason;
  if (declared != nullptr) {
    count(row, declared->total());
    row["bytes_peak"] = std::to_string(declared->bytes_held);
    row["parameters"] = std::to_string(declared->parameters);
  }
  return row;
}

}  // namespace suite
