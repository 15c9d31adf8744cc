#include "experiments/rows/record.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "support/check.h"
#include "support/csv.h"

namespace suite {
namespace {

std::size_t column_index(std::string_view column) {
  const auto found = std::find(kColumns.begin(), kColumns.end(), column);
  require(found != kColumns.end(), "{} is not a column of cells.csv", column);
  return static_cast<std::size_t>(found - kColumns.begin());
}

}  // namespace

std::string& Record::operator[](std::string_view column) {
  return fields_[column_index(column)];
}

const std::string& Record::operator[](std::string_view column) const {
  return fields_[column_index(column)];
}

std::string Record::line() const {
  std::string text;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    text += (i == 0 ? "" : ",") + csv_field(fields_[i]);
  }
  return text + "\n";
}

std::string header_line() {
  return fmt::format("{}\n", fmt::join(kColumns, ","));
}

Records parse_records(const std::string& path, std::string_view text) {
  Records records;
  std::string_view rest = text;
  std::vector<std::string> fields;
  std::size_t columns = 0;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    if (!take_csv_line(rest, fields)) {
      records.cut = true;
      break;
    }
    records.kept_bytes = text.size() - rest.size();
    if (line == 1) {
      columns = fields.size();
      require((columns == kColumns.size() || columns == kFirstColumns) &&
                  std::equal(fields.begin(), fields.end(), kColumns.begin()),
              "{}:1: not the header of cells.csv of schema {}", path, kSchema);
      continue;
    }
    require(fields.size() == columns, "{}:{}: {} fields, there must be {}",
            path, line, fields.size(), columns);
    require(fields[0] == std::to_string(kSchema),
            "{}:{}: schema {}, this build reads {}", path, line, fields[0],
            kSchema);
    Record& record = records.rows.emplace_back();
    for (std::size_t i = 0; i < columns; ++i) {
      record[kColumns[i]] = fields[i];
    }
  }
  return records;
}

}  // namespace suite
