#include "contract/slope.h"

#include <cmath>
#include <limits>

namespace suite {

Slope slope_at_zero(const std::function<double(double step)>& value_at,
                    double longest) {
  const auto central = [&](double step) {
    return (value_at(step) - value_at(-step)) / (2 * step);
  };
  Slope best{0, std::numeric_limits<double>::infinity()};
  for (const double step : {longest, longest / 20, longest / 400}) {
    const double coarse = central(step), fine = central(step / 2);
    const Slope found{(4 * fine - coarse) / 3, std::abs(fine - coarse) / 3};
    if (found.error < best.error) best = found;
    if (best.error < 1e-7 * std::abs(best.value)) break;
  }
  return best;
}

}  // namespace suite
