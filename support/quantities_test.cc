#include "support/quantities.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/check.h"

namespace suite {
namespace {

std::string refusal(const std::function<void()>& read) {
  try {
    read();
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Quantities, HaveUnits) {
  EXPECT_EQ(seconds_from("--budget", "90"), 90);
  EXPECT_EQ(seconds_from("--budget", "0.5s"), 0.5);
  EXPECT_EQ(seconds_from("--budget", "5m"), 300);
  EXPECT_EQ(seconds_from("--budget", "1.5 h"), 5400);
  EXPECT_EQ(bytes_from("--memory", "4096"), 4096u);
  EXPECT_EQ(bytes_from("--memory", "1GB"), 1'000'000'000u);
  EXPECT_EQ(bytes_from("--memory", "1.5 MiB"), 1'572'864u);
  EXPECT_EQ(whole_from("--seed", "0", 0, 9), 0u);
  EXPECT_EQ(whole_from("--seed", "9", 0, 9), 9u);
}

TEST(Quantities, AreRefusedWithTheRange) {
  for (const char* text : {"nan", "inf", "-1", "", "5x", "m", "1e300", "5m5"}) {
    EXPECT_EQ(refusal([&] { seconds_from("--budget", text); }),
              fmt::format("--budget {}: allowed are 0 to a year, in seconds or "
                          "with a unit, as in 90s, 5m, 1.5h, 2d",
                          text));
  }
  for (const char* text :
       {"-1", "0", "18446744073709551616", "1 parsec", "nan"}) {
    EXPECT_EQ(
        refusal([&] { bytes_from("--memory", text); }),
        fmt::format("--memory {}: allowed are 1 to 2^62, in bytes or with "
                    "a unit, as in 512MiB, 1.5GB",
                    text));
  }
  for (const char* text :
       {"-1", "0", "10", "1.5", "", " 1", "seven", "18446744073709551617"}) {
    EXPECT_EQ(
        refusal([&] { whole_from("--seed", text, 1, 9); }),
        fmt::format("--seed {}: allowed are whole numbers from 1 to 9", text));
  }
}

}  // namespace
}  // namespace suite
