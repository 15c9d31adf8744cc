// A run's errors.csv, read back.
#pragma once

#include <string>
#include <vector>

namespace suite {

struct MeasuredError {
  std::string cell_id, contestant, pattern;
  double error = 0;  // relative to exact attention
};

// Of the run in `folder`; none if it measured none. Throws Error, with file and
// line, for another header, a line that is cut off or a value that is no number.
std::vector<MeasuredError> read_errors(const std::string& folder);

}  // namespace suite
