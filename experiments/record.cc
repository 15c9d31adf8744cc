#include "experiments/record.h"

#include <algorithm>

#include "primitives/check.h"

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

std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

bool take_csv_line(std::string_view& text, std::vector<std::string>& fields) {
  fields.assign(1, "");
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        fields.back() += text[++i];
      } else {
        inside = false;
      }
    } else if (c == '"') {
      inside = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      text.remove_prefix(i + 1);
      return true;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return false;
}

std::string exact(double value) { return fmt::format("{}", value); }

Records parse_records(const std::string& path, std::string_view text) {
  Records records;
  std::string_view rest = text;
  std::vector<std::string> fields;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    if (!take_csv_line(rest, fields)) {
      records.cut = true;
      break;
    }
    records.kept_bytes = text.size() - rest.size();
    if (line == 1) {
      require(std::equal(fields.begin(), fields.end(), kColumns.begin(),
                         kColumns.end()),
              "{}:1: not the header of cells.csv of schema {}", path, kSchema);
      continue;
    }
    require(fields.size() == kColumns.size(),
            "{}:{}: {} fields, there must be {}", path, line, fields.size(),
            kColumns.size());
    require(fields[0] == std::to_string(kSchema),
            "{}:{}: schema {}, this build reads {}", path, line, fields[0],
            kSchema);
    Record& record = records.rows.emplace_back();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      record[kColumns[i]] = fields[i];
    }
  }
  return records;
}

}  // namespace suite
