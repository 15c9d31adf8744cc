// y = offset + scale·x^exponent, and its plain relative y = scale·x^exponent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/resampling.h"

namespace suite {

struct PowerLaw {
  double offset = 0, scale = 0, exponent = 0;
  double at(double x) const;
};

// Least squares of relative residuals: for each exponent offset and scale are
// linear (Golub and Pereyra 1973), the best exponent is found by Brent's method
// in 0.05 … 5. The offset may be negative: a bound at zero would bias the
// exponent of a law without offset. `near` starts from a known exponent.
PowerLaw fit_power_law(const std::vector<double>& x,
                       const std::vector<double>& y,
                       std::optional<double> near = std::nullopt);

// Without offset: a straight line through logarithms.
PowerLaw fit_pure_power(const std::vector<double>& x,
                        const std::vector<double>& y);

struct PowerFit {
  PowerLaw law;
  Bounds exponent;
  std::vector<double> residuals;  // y / law − 1 at each x
  // The share of the largest x's y that depends on x.
  double top_share = 0;
  // Do the sizes miss the law by more than repetitions vary (F test, 1 %)? Then
  // the intervals are also made from what the sizes miss it by.
  bool misses = false;
  // Two straight lines that do better, as "1.02 to N = 4,096, then 1.31".
  std::string regimes;
};

enum class PowerForm { with_offset, pure };

// With intervals from 2,000 draws of `resampling`, whose locations belong to
// `x`. Needs more x than parameters.
PowerFit fit_power(const std::vector<double>& x, Resampling& resampling,
                   PowerForm form);

}  // namespace suite
