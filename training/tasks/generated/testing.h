// What the tests of generated tasks share.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>

namespace suite {

// Where the 1 stands among values of which all others must be 0.
inline std::size_t one_of(const float* values, std::size_t count) {
  std::size_t found = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i] == 0) continue;
    EXPECT_EQ(values[i], 1);
    EXPECT_EQ(found, count) << "more than one";
    found = i;
  }
  EXPECT_LT(found, count) << "none";
  return found;
}

}  // namespace suite
