#include "experiments/machine/read_bandwidth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "primitives/simd.h"
#include "primitives/threads.h"

namespace suite {
namespace {

TEST(ReadBandwidth, EveryValueIsRead) {
  std::vector<float> values(5 * 8 * kLanes<float>);
  std::iota(values.begin(), values.end(), 1.0f);
  const auto n = static_cast<float>(values.size());
  EXPECT_EQ(sum_of(values.data(), values.size()), n * (n + 1) / 2);
  EXPECT_EQ(sum_of(values.data(), 0), 0);
}

TEST(ReadBandwidth, LevelsComeInOrderAndAreFinite) {
  set_threads(2);
  std::size_t bytes = 0;
  for (const CacheSpeed& cache : read_caches()) {
    EXPECT_GT(cache.bytes, bytes) << cache.level;
    EXPECT_GT(cache.bytes_per_second, 0) << cache.level;
    EXPECT_TRUE(std::isfinite(cache.bytes_per_second)) << cache.level;
    bytes = cache.bytes;
  }
}

}  // namespace
}  // namespace suite
