// How fast the caches deliver what they hold.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace suite {

struct CacheSpeed {
  std::string level;            // "L1"
  std::size_t bytes = 0;        // read by each thread, again and again
  double bytes_per_second = 0;  // of all threads
};

// Each thread that is set reads an array of its own: half of a cache in size,
// of one that cores share half of the thread's part. Takes about 0.2 s. Empty
// where the system doesn't tell of caches.
std::vector<CacheSpeed> read_caches();

// The sum of `count` values, a multiple of 8 · kLanes<float>, in vectors.
// Cost: each value is read once.
float sum_of(const float* values, std::size_t count);

}  // namespace suite
