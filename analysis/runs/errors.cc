#include "analysis/runs/errors.h"

#include <charconv>
#include <cmath>
#include <filesystem>

#include "contract/options.h"
#include "experiments/rows/record.h"
#include "support/check.h"
#include "support/csv.h"
#include "support/files.h"

namespace suite {
namespace {

const std::vector<std::string> kErrorColumns = {
    "schema",     "experiment", "run_id", "cell_id",
    "contestant", "pattern",    "error"};

double number(const std::string& field, const std::string& path,
              std::size_t line) {
  double value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, fault] = std::from_chars(field.data(), end, value);
  require(fault == std::errc() && stop == end && std::isfinite(value) &&
              value >= 0,
          "{}:{}: error = \"{}\" is not a number", path, line, field);
  return value;
}

}  // namespace

std::vector<MeasuredError> read_errors(const std::string& folder) {
  const std::string path = folder + "/errors.csv";
  if (!std::filesystem::exists(path)) return {};
  const std::string text = read_file(path);
  std::string_view rest = text;
  std::vector<std::string> fields;
  std::vector<MeasuredError> errors;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    require(take_csv_line(rest, fields), "{}:{}: the line is cut off", path,
            line);
    if (line == 1) {
      require(fields == kErrorColumns, "{}:1: not the header of errors.csv",
              path);
      continue;
    }
    require(fields.size() == kErrorColumns.size(),
            "{}:{}: {} fields, there must be {}", path, line, fields.size(),
            kErrorColumns.size());
    errors.push_back({in_todays_words(fields[3]), in_todays_words(fields[4]),
                      fields[5], number(fields[6], path, line)});
  }
  return errors;
}

}  // namespace suite
