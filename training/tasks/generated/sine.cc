#include "training/tasks/generated/sine.h"

#include <cmath>
#include <numbers>

namespace suite {

double sine_of_turns(double x) {
  x -= std::floor(x);
  // Into [−¼, ¼], by sin(π − t) = sin t.
  if (x > 0.75) {
    x -= 1;
  } else if (x > 0.25) {
    x = 0.5 - x;
  }
  const double t = 2 * std::numbers::pi * x, square = t * t;
  // t − t³/3! + …; the first term left out is t¹⁹/19! < 5e-14.
  double series = 1;
  for (int k = 16; k >= 2; k -= 2) series = 1 - series * square / (k * (k + 1));
  return t * series;
}

}  // namespace suite
