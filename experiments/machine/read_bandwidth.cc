#include "experiments/machine/read_bandwidth.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "experiments/machine/least_seconds.h"
#include "primitives/simd.h"
#include "primitives/tensor.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Sums that don't wait for each other.
constexpr std::size_t kSums = 8;
constexpr std::size_t kStep = kSums * kLanes<float>;
constexpr std::size_t kBytesRead = std::size_t{64} << 20;  // a run and thread
constexpr int kRuns = 11;

// What the kernel says of a cache of the first core, or nothing.
std::string fact(int index, const std::string& name) {
  std::ifstream in("/sys/devices/system/cpu/cpu0/cache/index" +
                   std::to_string(index) + "/" + name);
  std::string line;
  std::getline(in, line);
  return line;
}

double bytes_per_second(std::size_t count) {
  const std::size_t passes =
      std::max<std::size_t>(1, kBytesRead / (count * sizeof(float)));
  std::vector<Tensor<float, 1>> arrays(static_cast<std::size_t>(threads()));
#pragma omp parallel for schedule(static)
  for (std::size_t t = 0; t < arrays.size(); ++t) {
    arrays[t].resize({count});
    std::fill(arrays[t].begin(), arrays[t].end(), 1.0f);
  }
  const double seconds = least_seconds(kRuns, [&] {
#pragma omp parallel for schedule(static)
    for (std::size_t t = 0; t < arrays.size(); ++t) {
      for (std::size_t pass = 0; pass < passes; ++pass) {
        benchmark::DoNotOptimize(sum_of(arrays[t].data(), count));
        // Or one pass would do: the array has not changed.
        benchmark::ClobberMemory();
      }
    }
  });
  return static_cast<double>(arrays.size() * passes * count * sizeof(float)) /
         seconds;
}

}  // namespace

float sum_of(const float* values, std::size_t count) {
  return [&]<std::size_t... s>(std::index_sequence<s...>) {
    Vec<float> sums[kSums] = {((void)s, Vec<float>(0.0f))...};
    for (std::size_t i = 0; i < count; i += kStep) {
      ((sums[s] = sums[s] + load(values + i + s * kLanes<float>)), ...);
    }
    return (sum_lanes(sums[s]) + ...);
  }
  (std::make_index_sequence<kSums>());
}

std::vector<CacheSpeed> read_caches() {
  std::vector<CacheSpeed> speeds;
  for (int index = 0; index < 8; ++index) {
    const std::string level = fact(index, "level");
    if (level.empty() || fact(index, "type") == "Instruction") continue;
    // "32768K"; the C library's own number may be that of several packages.
    const auto size =
        1024 * std::strtoull(fact(index, "size").c_str(), nullptr, 10);
    const std::size_t sharers = level == "1" || level == "2" ? 1 : threads();
    const std::size_t count =
        size / 2 / sharers / (kStep * sizeof(float)) * kStep;
    if (count == 0) continue;
    speeds.push_back(
        {"L" + level, count * sizeof(float), bytes_per_second(count)});
  }
  return speeds;
}

}  // namespace suite
