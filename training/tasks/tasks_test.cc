#include "training/tasks/tasks.h"

#include <gtest/gtest.h>

#include "training/tasks/testing.h"

namespace suite {
namespace {

TEST(Tasks, SplitsHaveTheirNamesOfRows) {
  EXPECT_EQ(name_of(Split::train), "train");
  EXPECT_EQ(name_of(Split::held_out), "held_out");
  EXPECT_EQ(name_of(Split::test), "test");
}

TEST(Tasks, AreKnownWithTheirOptions) {
  const std::string known = known_tasks();
  for (const char* line :
       {"digits\n", "fashion(patch=1|2|4, permuted=false|true, train=0)\n",
        "needles(facts=4, inputs=64, symbols=8, types=24)\n",
        "pointer_chase(hops=2, entries=16)\n",
        "count_and_maximum(types=4, inputs=64, symbols=8, "
        "ask=both|count|maximum)\n",
        "points(points=128, noise=0.02)\n",
        "sound(samples=1024, patch=16, noise=0.1)\n", "language(bytes=64)\n",
        "masked_bytes(bytes=64)\n"}) {
    EXPECT_NE(known.find(line), std::string::npos) << known;
  }
}

TEST(Tasks, WhatIsNoneIsRefused) {
  expect_refused([] { make_task("mnist"); },
                 {"task \"mnist\": no such task; known are digits, fashion, "});
  expect_refused([] { packages_of_task("mnist"); }, {"no such task"});
  expect_refused([] { make_task("needles("); }, {"task \"needles(\": must "});
  expect_refused([] { make_task("needles(size=1)"); },
                 {"needles: unknown option size; known are facts, inputs"});
}

// Each file is looked for in the folder that stands for "/".
TEST(Tasks, NameThePackageOfMissingFiles) {
  const TestFolder empty;
  const auto missing = [&](const char* text, const std::string& package) {
    EXPECT_EQ(packages_of_task(text).front(), package);
    expect_refused([&] { make_task(text, empty.path()); },
                   {empty.path() + "/",
                    " is missing; install it: apt-get "
                    "install " +
                        package});
  };
  missing("digits", "python3-sklearn");
  missing("fashion(patch=2)", "dataset-fashion-mnist");
  missing("language", "manpages-de");
  missing("masked_bytes(bytes=99)", "manpages-de");
  EXPECT_TRUE(packages_of_task("needles").empty());
  EXPECT_NE(make_task("needles", empty.path()), nullptr);
}

}  // namespace
}  // namespace suite
