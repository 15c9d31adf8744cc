#include <gtest/gtest.h>

#include <cmath>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"
#include "training/tasks/texts/testing.h"

namespace suite {
namespace {

TEST(MaskedBytes, AreATask) {
  const TextPackages packages;
  for (const char* text : {"masked_bytes", "masked_bytes(bytes=100)"}) {
    const auto task = make_task(text, packages.root());
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
    EXPECT_EQ(task->facts().vocabulary, 257u);
    EXPECT_EQ(task->facts().outputs, task->facts().inputs);
    EXPECT_EQ(task->size(Split::train), Task::kEndless);
  }
  EXPECT_EQ(fingerprint(*make_task("masked_bytes", packages.root())),
            9600172272445949768u);
}

// What is hidden is as in the same window of `language`.
TEST(MaskedBytes, AreThoseOfTheText) {
  const TextPackages packages;
  const auto masked = make_task("masked_bytes(bytes=100)", packages.root());
  const auto open = make_task("language(bytes=100)", packages.root());
  for (const Split split : kSplits) {
    const std::uint64_t count = open->size(split);
    const Examples text = first_examples(*open, split, count);
    const Examples hidden = first_examples(*masked, split, count);
    std::vector<int> places(100);
    for (std::size_t e = 0; e < count; ++e) {
      int asked = 0;
      for (std::size_t i = 0; i < 100; ++i) {
        const float byte = text.input(e, i, 0), token = hidden.input(e, i, 0);
        const std::int32_t label = hidden.labels[e * 100 + i];
        ASSERT_EQ(token, label < 0 ? byte : 256);
        ASSERT_TRUE(label < 0 || static_cast<float>(label) == byte);
        asked += label >= 0;
        places[i] += label >= 0;
      }
      EXPECT_EQ(asked, 15);
    }
    const double expected = 0.15 * static_cast<double>(count);
    for (const int times : places) {
      EXPECT_NEAR(times, expected, 6 * std::sqrt(expected));
    }
  }
}

TEST(MaskedBytes, OthersAreHiddenTheNextTime) {
  const TextPackages packages;
  const auto task = make_task("masked_bytes(bytes=100)", packages.root());
  const std::uint64_t round =
      make_task("language(bytes=100)", packages.root())->size(Split::train);
  Examples examples;
  task->fill(Split::train, std::vector<std::uint64_t>{3, 3 + round}, examples);
  std::size_t twice = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    const float a = examples.input(0, i, 0), b = examples.input(1, i, 0);
    twice += a == 256 && b == 256;
    EXPECT_TRUE(a == b || a == 256 || b == 256);
  }
  EXPECT_LT(twice, 10u);
}

}  // namespace
}  // namespace suite
