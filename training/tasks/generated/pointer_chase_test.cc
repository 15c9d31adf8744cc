#include <gtest/gtest.h>

#include <map>

#include "training/tasks/generated/testing.h"
#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

TEST(PointerChase, IsATask) {
  for (const char* text : {"pointer_chase", "pointer_chase(hops=1, entries=2)",
                           "pointer_chase(hops=4, entries=33)"}) {
    const auto task = make_task(text);
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
  }
  const auto task = make_task("pointer_chase(entries=20)");
  EXPECT_EQ(shared_by_splits(*task, 300), 0u);
  EXPECT_EQ(task->facts().inputs, 20u);
  EXPECT_EQ(task->facts().channels, 41u);
  EXPECT_EQ(task->facts().classes.size(), 20u);
  EXPECT_EQ(task->facts().outputs, 1u);
  EXPECT_EQ(fingerprint(*make_task("pointer_chase")), 5482743996704571006u);
}

// Followed one by one, from what the input says.
TEST(PointerChase, EndsWhereThePointersLead) {
  constexpr std::size_t kEntries = 12;
  for (const std::size_t hops : {1, 2, 3, 5, 11}) {
    const auto task = make_task(
        "pointer_chase(entries=12, hops=" + std::to_string(hops) + ")");
    std::map<std::int32_t, int> ends;
    for (const Split split : kSplits) {
      const Examples examples = first_examples(*task, split, 400);
      for (std::size_t e = 0; e < 400; ++e) {
        std::map<std::size_t, std::size_t> to;
        std::size_t at = kEntries, starts = 0;
        for (std::size_t i = 0; i < kEntries; ++i) {
          const float* row = &examples.input(e, i, 0);
          const std::size_t from = one_of(row, kEntries);
          to[from] = one_of(row + kEntries, kEntries);
          if (row[2 * kEntries] != 1) continue;
          at = from;
          ++starts;
        }
        ASSERT_EQ(starts, 1u);
        ASSERT_EQ(to.size(), kEntries);
        const std::size_t start = at;
        for (std::size_t hop = 0; hop < hops; ++hop) {
          at = to.at(at);
          EXPECT_NE(at, start);
        }
        ASSERT_EQ(examples.labels[e], static_cast<int>(at));
        ++ends[examples.labels[e]];
      }
    }
    // 100 each are expected, deviation 10.
    for (const auto& [end, count] : ends) EXPECT_NEAR(count, 100, 45);
  }
}

TEST(PointerChase, OptionsThatDoNotFit) {
  const auto refused = [](const char* text, const char* part) {
    expect_refused([&] { make_task(text); }, {part});
  };
  refused("pointer_chase(hops=16)",
          "pointer_chase: hops = 16: allowed are 1 to 15");
  refused("pointer_chase(hops=0)", "hops = 0");
  refused("pointer_chase(entries=1)", "entries = 1: allowed are 2 to 1024");
}

}  // namespace
}  // namespace suite
