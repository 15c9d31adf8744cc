#include "experiments/register_peaks.h"

#include <benchmark/benchmark.h>

#include "experiments/best_of.h"
#include "experiments/register_kernels.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Some 10 ms: threads start and end in well under one of them.
constexpr std::size_t kFmaRounds = 2'000'000;
constexpr std::size_t kExpRounds = 400'000;
constexpr int kRuns = 25;

// `steps` are the vectors that one call of kernel(), made by each thread, works
// through.
template <class T, class Kernel>
double lanes_per_second(std::size_t steps, const Kernel& kernel) {
  const double seconds = least_seconds(kRuns, [&] {
    double sum = 0;
#pragma omp parallel reduction(+ : sum)
    sum += static_cast<double>(kernel());
    benchmark::DoNotOptimize(sum);
  });
  return static_cast<double>(steps * kLanes<T>) * threads() / seconds;
}

// Numbers that stay of one size, near 2: none of them is slow to compute with.
template <class T>
double fma_peak() {
  return 2 * lanes_per_second<T>(kFmaRounds * kFmaChains, [] {
           return fma_chains<T>(kFmaRounds, T(0.5), T(1));
         });
}

template <class T>
double exp_peak() {
  return lanes_per_second<T>(kExpRounds * kExpChains<T>, [] {
    return exp2_chains<T>(kExpRounds, T(-1), T(-0.5));
  });
}

}  // namespace

double fma_flops_per_second(const std::string& scalar) {
  return scalar == "float" ? fma_peak<float>() : fma_peak<double>();
}

double exponentials_per_second(const std::string& scalar) {
  return scalar == "float" ? exp_peak<float>() : exp_peak<double>();
}

}  // namespace suite
