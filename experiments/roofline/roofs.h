// The roofline: how fast a piece of work could be on this machine, and what
// keeps it from being faster (Williams, Waterman, Patterson, "Roofline", 2009).
#pragma once

#include <string_view>

#include "primitives/cost.h"

namespace suite {

struct Roofs {
  double fma_flops_per_second = 0;
  double gemm_flops_per_second = 0;   // what BLAS makes of it; bounds nothing
  double bytes_per_second = 0;        // far beyond caches
  double exponentials_per_second = 0;

  // FLOPs a byte from which on arithmetic bounds, and memory no longer does.
  double ridge() const { return fma_flops_per_second / bytes_per_second; }
};

struct Bound {
  std::string_view name;  // "FMA peak", "bandwidth", "exponentials"; or "-"
  double seconds = 0;     // that the work takes at the least
};

// The slowest of: its multiply-adds at the FMA peak, its bytes at the memory's
// bandwidth, an exponential for each of its logits. "-" for work without any.
Bound bound_of(const Work& work, const Roofs& roofs);

// 2·MACs a byte moved; infinite without bytes, 0 without MACs.
double intensity_of(const Work& work);

}  // namespace suite
