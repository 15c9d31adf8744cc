#include <gtest/gtest.h>
#include <chrono>
#include <cstdio>
#include "analysis/statistics/power_law.h"
#include "analysis/statistics/synthetic.h"
namespace suite { namespace {
TEST(Coverage, Explore) {
  for (PowerForm form : {PowerForm::with_offset, PowerForm::pure})
  for (std::size_t reps : {5, 7})
  for (Noise noise : kNoises) for (double dev : {0.01, 0.1}) {
    Random random(42);
    int covered = 0, covered99 = 0, misses = 0; double width = 0;
    const int kSweeps = 500;
    for (int s = 0; s < kSweeps; ++s) {
      const double p = 0.8 + 1.4 * random.uniform();
      std::vector<double> x, y;
      const double offset = form == PowerForm::pure || random.uniform() < .3 ? 0 : 3 * random.uniform();
      for (int k = 0; k < 7; ++k) { x.push_back(256.0 * (1 << k)); y.push_back(1e-4 * (offset + std::pow(x.back() / 256, p))); }
      Resampling r(noisy(y, reps, noise, dev, random), 1);
      PowerFit f = fit_power(x, r, form);
      covered += f.exponent.contains(p); covered99 += f.exponent_wide.contains(p); misses += f.misses;
      width += (f.exponent.high - f.exponent.low) / kSweeps;
    }
    std::printf("%d reps %zu %-12s %.2f: 95: %.1f 99: %.1f misses %.1f width %.4f\n", (int)form, reps, name_of(noise).c_str(), dev, 100.0 * covered / kSweeps, 100.0 * covered99 / kSweeps, 100.0 * misses / kSweeps, width);
    std::fflush(stdout);
  }
}
}}
