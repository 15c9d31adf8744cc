// How a peak is timed: the best of several runs.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace suite {

// The least of the seconds of `runs` calls, after one to warm up: what others
// took of the machine in passing is not its limit.
template <class F>
double least_seconds(int runs, const F& f) {
  f();
  double least = std::numeric_limits<double>::infinity();
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> spent =
        std::chrono::steady_clock::now() - start;
    least = std::min(least, spent.count());
  }
  return least;
}

}  // namespace suite
