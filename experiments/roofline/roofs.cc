#include "experiments/roofline/roofs.h"

#include <limits>

namespace suite {

Bound bound_of(const Work& work, const Roofs& roofs) {
  const Bound candidates[] = {
      {"FMA peak",
       2 * static_cast<double>(work.macs) / roofs.fma_flops_per_second},
      {"bandwidth",
       static_cast<double>(work.bytes_moved) / roofs.bytes_per_second},
      {"exponentials",
       static_cast<double>(work.logits) / roofs.exponentials_per_second}};
  Bound bound{"-", 0};
  for (const Bound& each : candidates) {
    if (each.seconds > bound.seconds) bound = each;
  }
  return bound;
}

double intensity_of(const Work& work) {
  if (work.macs == 0) return 0;
  if (work.bytes_moved == 0) return std::numeric_limits<double>::infinity();
  return 2 * static_cast<double>(work.macs) /
         static_cast<double>(work.bytes_moved);
}

}  // namespace suite
