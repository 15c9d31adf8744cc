// The rows of cells.csv: the one place that knows its columns.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

inline constexpr int kSchema = 1;

inline constexpr std::array<std::string_view, 33> kColumns = {
    "schema",      "experiment", "definition_sha256",
    "run_id",      "cell_id",    "contestant",
    "phase",       "N",          "M",
    "B",           "C",          "D",
    "H",           "L",          "O",
    "batch",       "threads",    "scalar",
    "attention",   "plan",       "part",
    "repetition",  "seconds",    "cpu_seconds",
    "macs",        "logits",     "flops",
    "bytes_moved", "bytes_peak", "parameters",
    "status",      "reason",     "ranks"};
// Files from before there were ranks lack the last one, and are read as if it
// were empty.
inline constexpr std::size_t kFirstColumns = 32;

// One row, as text. Columns are filled by name; what is not filled is empty.
class Record {
 public:
  std::string& operator[](std::string_view column);
  const std::string& operator[](std::string_view column) const;

  // A line with its end, quoted after RFC 4180 where needed.
  std::string line() const;

 private:
  std::array<std::string, kColumns.size()> fields_;
};

// The header line with its end.
std::string header_line();

struct Records {
  std::vector<Record> rows;
  std::size_t kept_bytes = 0;  // up to the end of the last whole line
  bool cut = false;            // was there a line without an end after it?
};

// Reads a whole file's text. Throws Error with file and line for another
// header, another schema or a row with too few or too many fields.
Records parse_records(const std::string& path, std::string_view text);

}  // namespace suite
