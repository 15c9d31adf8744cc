// Repetitions that lie far from their cell's others: classed, never dropped.
#pragma once

#include <cstddef>
#include <vector>

namespace suite {

// Tukey's fences about the quartiles: beyond 1.5 interquartile ranges a value is
// a mild outlier, beyond 3 a severe one. Fewer than four values have none.
struct Outliers {
  std::size_t values = 0, mild = 0, severe = 0;
  Outliers& operator+=(const Outliers& other);
};

Outliers classed(std::vector<double> values);

}  // namespace suite
