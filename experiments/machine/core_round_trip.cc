#include "experiments/machine/core_round_trip.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "primitives/threads.h"

namespace suite {
namespace {

constexpr int kTrips = 10;  // of one run: the clock is lost in them
constexpr int kRuns = 5000;
// Two threads on one core wait for the scheduler each time.
constexpr double kMostSeconds = 0.05;

// Odd on its way out, even on its way back, kOver once the first has enough.
constexpr int kOver = -1;
struct alignas(64) Line {
  std::atomic<int> value{0};
};

double play(Line& line) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const Clock::time_point begin = Clock::now();
  double least = kMostSeconds;
  int value = 0;
  for (int run = 0; run < kRuns && since(begin) < kMostSeconds; ++run) {
    const Clock::time_point start = Clock::now();
    for (int trip = 0; trip < kTrips; ++trip) {
      line.value.store(++value, std::memory_order_release);
      ++value;
      while (line.value.load(std::memory_order_acquire) != value) {
      }
    }
    least = std::min(least, since(start) / kTrips);
  }
  line.value.store(kOver, std::memory_order_release);
  return least;
}

void answer(Line& line) {
  for (int value = 0; value != kOver;) {
    value = line.value.load(std::memory_order_acquire);
    if (value % 2 == 1) {
      line.value.store(value + 1, std::memory_order_release);
    }
  }
}

}  // namespace

double core_round_trip_seconds() {
  if (threads() < 2) return 0;
  Line line;
  double seconds = 0;
#pragma omp parallel num_threads(2)
  {
    // A runtime may give fewer threads than it is asked for.
    if (omp_get_num_threads() == 2) {
      if (omp_get_thread_num() == 0) {
        seconds = play(line);
      } else {
        answer(line);
      }
    }
  }
  return seconds;
}

}  // namespace suite
