#include "analysis/statistics/outliers.h"

#include <algorithm>

#include "analysis/statistics/resampling.h"

namespace suite {
Outliers& Outliers::operator+=(const Outliers& other) {
  values += other.values;
  mild += other.mild;
  severe += other.severe;
  return *this;
}

Outliers classed(std::vector<double> values) {
  Outliers found;
  found.values = values.size();
  if (values.size() < 4) return found;
  std::sort(values.begin(), values.end());
  const double low = percentile(values, 0.25);
  const double high = percentile(values, 0.75);
  for (const double value : values) {
    const double beyond = std::max(low - value, value - high);
    if (beyond > 3 * (high - low)) {
      ++found.severe;
    } else if (beyond > 1.5 * (high - low)) {
      ++found.mild;
    }
  }
  return found;
}

}  // namespace suite
