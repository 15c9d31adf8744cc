// A line of the CSV that any comparison can be written as.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "support/interval.h"

namespace suite {

inline constexpr std::string_view kComparisonHeader =
    "experiment,run_a,run_b,table,contestant,over,at,letter,a,b,estimate,low,"
    "high,class,note\n";

// The first three fields, the same in all lines of two runs.
struct ComparedRuns {
  std::string experiment, run_a, run_b;
};

// The others, in the order of the header.
struct ComparisonLine {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string table, contestant, over, at, letter, a, b;
  Interval result = {kNone, kNone, kNone};
  std::string change, note;
};

std::string comparison_line(const ComparedRuns& runs,
                            const ComparisonLine& line);

// A number that reads back as the same double. What is not finite is an empty
// field: "not measured".
std::string csv_number(double value);

}  // namespace suite
