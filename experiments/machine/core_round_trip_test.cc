#include "experiments/machine/core_round_trip.h"

#include <gtest/gtest.h>

#include "primitives/threads.h"

namespace suite {
namespace {

TEST(CoreRoundTrip, TakesTwoCores) {
  const int before = threads();
  set_threads(1);
  EXPECT_EQ(core_round_trip_seconds(), 0);
  for (const int count : {2, 3}) {
    set_threads(count);
    EXPECT_GT(core_round_trip_seconds(), 0) << count;
  }
  set_threads(before);
}

}  // namespace
}  // namespace suite
