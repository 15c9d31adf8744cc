#include "support/nearest.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(Nearest, CountsWhatMakesOneWordOfTheOther) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("abc", ""), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("sharing", "sharign"), 1);  // neighbours swapped
  EXPECT_EQ(edit_distance("ca", "abc"), 3);  // not edited within a swap
}

TEST(Nearest, NamesTheNearest) {
  const std::vector<std::string> known = {"scaling_n", "scaling_m", "smoke"};
  EXPECT_EQ(did_you_mean("scalign_m", known), "; did you mean scaling_m?");
  EXPECT_EQ(did_you_mean("smok", known), "; did you mean smoke?");
  EXPECT_EQ(did_you_mean("roofline", known), "");  // nobody meant those
  EXPECT_EQ(did_you_mean("N", {"n"}), "; did you mean n?");
  EXPECT_EQ(did_you_mean("x", {"y"}), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace suite
