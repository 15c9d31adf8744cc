// Sums in double whose bits depend on what is summed alone: not on the number
// of threads, nor on the machine's vectors.
#pragma once

#include <array>
#include <cstddef>

namespace suite {

// Σ f(x) over x[count], on the calling thread.
template <class T, class F>
double sum_of(const T* x, std::size_t count, const F& f) {
  // As many as hide an addition's latency; vectors of any width hold them.
  constexpr std::size_t kSums = 16;
  std::array<double, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (std::size_t s = 0; s < kSums; ++s) {
      sums[s] += f(static_cast<double>(x[i + s]));
    }
  }
  for (std::size_t s = 0; i < count; ++i, ++s) {
    sums[s] += f(static_cast<double>(x[i]));
  }
  for (std::size_t half = kSums / 2; half > 0; half /= 2) {
    for (std::size_t s = 0; s < half; ++s) sums[s] += sums[s + half];
  }
  return sums[0];
}

template <class T>
double sum_of_squares(const T* x, std::size_t count) {
  return sum_of(x, count, [](double value) { return value * value; });
}

// Σ f(row) over all rows, on all threads: fixed ranges, merged in order.
template <class F>
double sum_over_rows(std::size_t rows, const F& f) {
  constexpr std::size_t kRanges = 64;
  std::array<double, kRanges> sums{};
#pragma omp parallel for schedule(static)
  for (std::size_t range = 0; range < kRanges; ++range) {
    const std::size_t end = rows * (range + 1) / kRanges;
    double sum = 0;
    for (std::size_t r = rows * range / kRanges; r < end; ++r) sum += f(r);
    sums[range] = sum;
  }
  double sum = 0;
  for (const double each : sums) sum += each;
  return sum;
}

}  // namespace suite
