// In place of calibration.cc, in programs for tests of what goes on around what
// is measured: there a machine's speed, which takes seconds to measure, is no
// matter. Linked first, so that the library's own is left out.
#include "experiments/machine/calibration.h"

namespace suite {

Calibration calibrate(const std::string&, int threads) {
  return {threads * 5e10, 1e10, threads * 6e10, threads > 1 ? 1e-7 : 0};
}

Calibrations calibrate(const std::string& scalar,
                       const std::vector<int>& thread_counts) {
  Calibrations all;
  for (const int threads : thread_counts) {
    all[threads] = calibrate(scalar, threads);
  }
  return all;
}

}  // namespace suite
