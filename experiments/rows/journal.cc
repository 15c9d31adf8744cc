#include "experiments/rows/journal.h"

#include <charconv>
#include <cmath>
#include <filesystem>

#include "support/check.h"

namespace suite {
namespace {

template <class T>
bool is_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && std::isfinite(value) &&
         value >= 0;
}

// Of the fields that who goes on with a run reads: a file can be edited.
void check_numbers(const std::string& path, std::size_t line,
                   const Record& row) {
  const auto need = [&](std::string_view column, bool holds) {
    require(holds, "{}:{}: {} = \"{}\" is not a number", path, line, column,
            row[column]);
  };
  if (row["status"] == "ok") {
    need("repetition", is_number<int>(row["repetition"]));
    need("seconds", is_number<double>(row["seconds"]));
  }
  for (const char* column : {"macs", "bytes_peak"}) {
    need(column, row[column].empty() || is_number<double>(row[column]));
  }
}

}  // namespace

Journal::Journal(const std::string& folder, bool resume) {
  const std::string path = folder + "/cells.csv";
  require(!std::filesystem::exists(path + ".gz"),
          "{}.gz exists: a published run, with which nobody goes on", path);
  if (std::filesystem::exists(path)) {
    require(resume, "{} exists; go on with it by --resume {}", path, folder);
    load(path);
  }
  file_ = std::make_unique<AppendFile>(path);
  if (rows_.empty() && std::filesystem::file_size(path) == 0) {
    file_->append(header_line());
  }
}

void Journal::load(const std::string& path) {
  const std::string text = read_file(path);
  Records records = parse_records(path, text);
  dropped_ += records.cut ? 1 : 0;
  std::vector<Record> pending;  // parts whose total has not come yet
  std::size_t line = 1;         // the header's
  for (Record& row : records.rows) {
    check_numbers(path, ++line, row);
    const bool is_total = row["part"] == "total";
    pending.push_back(std::move(row));
    if (!is_total) continue;
    note(pending.back());
    rows_.insert(rows_.end(), pending.begin(), pending.end());
    pending.clear();
  }
  dropped_ += pending.size();
  if (dropped_ == 0) return;
  std::string kept = header_line();
  for (const Record& row : rows_) kept += row.line();
  replace_file(path, kept);
}

void Journal::append(const std::vector<Record>& rows) {
  std::string text;
  for (const Record& row : rows) text += row.line();
  file_->append(text);
  for (const Record& row : rows) note(row);
  rows_.insert(rows_.end(), rows.begin(), rows.end());
}

void Journal::note(const Record& row) {
  if (row["part"] != "total") return;
  if (row["status"] == "ok") {
    finished_[row["cell_id"]].insert(std::stoi(row["repetition"]));
  } else {
    settled_.insert(row["cell_id"]);
  }
}

bool Journal::finished(const std::string& cell_id, int repetition) const {
  const auto found = finished_.find(cell_id);
  return found != finished_.end() && found->second.count(repetition) > 0;
}

bool Journal::settled(const std::string& cell_id) const {
  return settled_.count(cell_id) > 0;
}

}  // namespace suite
