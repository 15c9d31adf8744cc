#include "experiments/machine/register_peaks.h"

#include <benchmark/benchmark.h>

#include "experiments/machine/least_seconds.h"
#include "experiments/machine/register_kernels.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Threads start and end in well under a hundredth of a run. As many rounds as
// fill it: a build with sanitizers is a hundred times slower.
constexpr double kRunSeconds = 5e-3;
constexpr int kRuns = 25;

// One round of kernel(rounds), made by each thread, works through `steps` vectors.
template <class T, class Kernel>
double lanes_per_second(std::size_t steps, const Kernel& kernel) {
  const auto run = [&](std::size_t rounds) {
    double sum = 0;
#pragma omp parallel reduction(+ : sum)
    sum += static_cast<double>(kernel(rounds));
    benchmark::DoNotOptimize(sum);
  };
  std::size_t rounds = 1024;
  while (least_seconds(1, [&] { run(rounds); }) < kRunSeconds) rounds *= 2;
  const double seconds = least_seconds(kRuns, [&] { run(rounds); });
  return static_cast<double>(rounds * steps * kLanes<T>) * threads() / seconds;
}

// Numbers that stay of one size, near 2: none of them is slow to compute with.
template <class T>
double fma_peak() {
  return 2 * lanes_per_second<T>(kFmaChains, [](std::size_t rounds) {
           return fma_chains<T>(rounds, T(0.5), T(1));
         });
}

template <class T>
double exp_peak() {
  return lanes_per_second<T>(kExpChains<T>, [](std::size_t rounds) {
    return exp2_chains<T>(rounds, T(-1), T(-0.5));
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
