#include "primitives/threads.h"

#include <gtest/gtest.h>

#include "support/check.h"

namespace suite {
namespace {

std::string refusal(const std::string& list) {
  try {
    thread_counts(list);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ThreadCounts, AreOneOrSeveralInOrder) {
  EXPECT_EQ(thread_counts("3"), std::vector<int>{3});
  EXPECT_EQ(thread_counts("1,2"), (std::vector<int>{1, 2}));
  EXPECT_EQ(thread_counts("16,1,2"), (std::vector<int>{1, 2, 16}));
  EXPECT_EQ(thread_counts("1024"), std::vector<int>{1024});
}

TEST(ThreadCounts, ZeroIsAllCores) {
  const int before = threads();
  EXPECT_EQ(thread_counts("0"), std::vector<int>{set_all_threads()});
  set_threads(before);
}

TEST(ThreadCounts, RefusesAnyOtherText) {
  EXPECT_EQ(
      refusal("1,1"),
      "--threads 1,1: allowed are 0 to 1024, or several from 1, each once, "
      "as in 1,2");
  for (const char* list :
       {"", ",", "1,", ",2", "1,,2", "0,1", "0,0", "-1", "many", "1,two", "1.5",
        " 1", "1 2", "1;2", "+1", "1025", "1,1025", "99999999999", "2,1,2"}) {
    EXPECT_TRUE(refusal(list).starts_with(std::string("--threads ") + list +
                                          ": allowed are"))
        << list << ": " << refusal(list);
  }
}

}  // namespace
}  // namespace suite
