// What the machine can do, measured beside what it did.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace suite {

struct Calibration {
  double gemm_flops_per_second = 0;  // 2048³, in the sweep's precision
  double bytes_per_second = 0;       // read + read + write, far beyond caches
  double fma_flops_per_second = 0;   // out of registers, in that precision
  double core_round_trip_seconds = 0;  // tells a host that moves the cores
};

using Calibrations = std::map<int, Calibration>;  // by number of threads

// The best of several, with `threads` threads. Takes about two seconds.
Calibration calibrate(const std::string& scalar, int threads);

// One for each count of threads.
Calibrations calibrate(const std::string& scalar,
                       const std::vector<int>& thread_counts);

}  // namespace suite
