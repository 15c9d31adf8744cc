#include "analysis/papers/printed.h"

#include <gtest/gtest.h>

#include "support/check.h"

namespace suite {
namespace {

TEST(Printed, KeepsUnitAndDigits) {
  EXPECT_DOUBLE_EQ(printed("173.1 B").value, 173.1e9);
  EXPECT_DOUBLE_EQ(printed("6.85 T").value, 6.85e12);
  EXPECT_DOUBLE_EQ(printed("50,176").value, 50176);
  EXPECT_DOUBLE_EQ(printed("0.7 ms").value, 0.7e-3);
  EXPECT_EQ(printed("12.7 M").alike(12.6546e6), "12.7 M");
  EXPECT_EQ(printed("12.7 M").closer(12.6546e6), "12.65 M");
  EXPECT_EQ(printed("50,657").closer(52097), "52097");
  EXPECT_EQ(printed("2").closer(1.5), "1.5");
}

TEST(Printed, AgreesWithWhatRoundsToIt) {
  EXPECT_TRUE(printed("404.3 B").agrees(404.3499e9));
  EXPECT_FALSE(printed("404.3 B").agrees(404.3501e9));
  EXPECT_TRUE(printed("404 B").agrees(404.3501e9));
  EXPECT_FALSE(printed("50,176").agrees(50177));
}

TEST(Printed, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"", "B", "12.7 G", "12.7M", "1.2.3", "-1", "0", "12 M M", " 12"}) {
    EXPECT_THROW(printed(text), Error) << text;
  }
}

}  // namespace
}  // namespace suite
