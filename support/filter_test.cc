#include "support/filter.h"

#include <gtest/gtest.h>

#include "support/check.h"

namespace suite {
namespace {

TEST(Filter, FindsWhatRegularExpressionsFind) {
  const std::string id = "perceiver(sharing=all)/N=4096/M=128";
  EXPECT_TRUE(Filter("")(id));
  EXPECT_TRUE(Filter("^perceiver\\(.*N=(64|4096)/")(id));
  EXPECT_TRUE(Filter("M=\\d{3}$")(id));
  EXPECT_FALSE(Filter("^transformer")(id));
  EXPECT_THROW(Filter("("), Error);
}

TEST(Filter, EndsWhateverIsAsked) {
  EXPECT_FALSE(Filter("(a*)*(a|aa)+b")(std::string(200, 'a')));
  EXPECT_THROW(Filter("(a)\\1"), Error) << "it would have to backtrack";
  const auto nested = [](std::size_t groups) {
    return std::string(groups, '(') + "a" + std::string(groups, ')');
  };
  EXPECT_TRUE(Filter(nested(499))("a"));
  EXPECT_THROW(Filter(nested(30'000)), Error);
}

}  // namespace
}  // namespace suite
