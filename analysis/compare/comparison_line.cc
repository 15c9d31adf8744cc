#include "analysis/compare/comparison_line.h"

#include <array>
#include <cmath>

#include "support/csv.h"

namespace suite {

std::string comparison_line(const ComparedRuns& runs,
                            const ComparisonLine& line) {
  const bool ends =
      std::isfinite(line.result.low) && std::isfinite(line.result.high);
  const std::array<std::string, 15> fields = {
      runs.experiment,
      runs.run_a,
      runs.run_b,
      line.table,
      line.contestant,
      line.over,
      line.at,
      line.letter,
      line.a,
      line.b,
      csv_number(line.result.estimate),
      ends ? csv_number(line.result.low) : "",
      ends ? csv_number(line.result.high) : "",
      line.change,
      line.note};
  std::string text;
  for (const std::string& field : fields) {
    text += (text.empty() ? "" : ",") + csv_field(field);
  }
  return text + "\n";
}

std::string csv_number(double value) {
  return std::isfinite(value) ? exact(value) : "";
}

}  // namespace suite
