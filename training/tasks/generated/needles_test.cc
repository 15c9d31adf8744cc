#include <gtest/gtest.h>

#include <map>

#include "training/tasks/generated/testing.h"
#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

constexpr std::size_t kNeedleTypes = 24, kNeedleSymbols = 8;

TEST(Needles, AreATask) {
  for (const char* text : {"needles", "needles(facts=1, inputs=1)",
                           "needles(facts=3, inputs=9, symbols=2, types=4)"}) {
    const auto task = make_task(text);
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
  }
  const auto task = make_task("needles(facts=5, inputs=80)");
  EXPECT_EQ(shared_by_splits(*task, 300), 0u);
  EXPECT_EQ(task->facts().inputs, 80u);
  EXPECT_EQ(task->facts().channels, kNeedleTypes + kNeedleSymbols);
  EXPECT_EQ(task->facts().outputs, 5u);
  EXPECT_TRUE(task->facts().grid.empty());
  EXPECT_EQ(task->size(Split::train), Task::kEndless);
  EXPECT_EQ(task->size(Split::test), 2000u);
  EXPECT_EQ(fingerprint(*make_task("needles")), 18183104797634398228u);
}

TEST(Needles, AreFoundByReading) {
  const auto task = make_task("needles(facts=5, inputs=40)");
  std::map<std::size_t, int> places, symbols, others;
  for (const Split split : kSplits) {
    const Examples examples = first_examples(*task, split, 500);
    for (std::size_t e = 0; e < 500; ++e) {
      const std::vector<float> values = values_of(examples, e);
      std::map<std::size_t, std::vector<std::size_t>> of_type;
      for (std::size_t i = 0; i < 40; ++i) {
        const float* input =
            values.data() + i * (kNeedleTypes + kNeedleSymbols);
        const std::size_t type = one_of(input, kNeedleTypes);
        of_type[type].push_back(one_of(input + kNeedleTypes, kNeedleSymbols));
        if (type == 0) ++places[i];
        ++(type < 5 ? symbols : others)[of_type[type].back()];
      }
      const std::vector<std::int32_t> labels = labels_of(*task, examples, e);
      for (std::size_t type = 0; type < 5; ++type) {
        ASSERT_EQ(of_type[type].size(), 1u);
        EXPECT_EQ(labels[type], static_cast<int>(of_type[type][0]));
      }
    }
  }
  // Anywhere: 37.5 each are expected, deviation 6; symbols tell nothing.
  EXPECT_EQ(places.size(), 40u);
  for (const auto& [place, count] : places) EXPECT_NEAR(count, 37.5, 25);
  for (const auto& [symbol, count] : symbols) EXPECT_NEAR(count, 937.5, 130);
  for (const auto& [symbol, count] : others) EXPECT_NEAR(count, 6562.5, 330);
}

TEST(Needles, OptionsThatDoNotFit) {
  const auto refused = [](const char* text, const char* part) {
    expect_refused([&] { make_task(text); }, {part});
  };
  refused("needles(facts=24)", "needles: facts = 24: allowed are 1 to 23");
  refused("needles(facts=0)", "facts = 0");
  refused("needles(facts=9, inputs=8)", "facts = 9: allowed are 1 to 8");
  refused("needles(inputs=0)", "inputs = 0: allowed are 1 to 1048576");
  refused("needles(symbols=1)", "symbols = 1: allowed are 2 to 1024");
  refused("needles(types=1)", "types = 1: allowed are 2 to 1024");
}

}  // namespace
}  // namespace suite
