#include <gtest/gtest.h>

#include <map>
#include <set>

#include "training/tasks/generated/testing.h"
#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

constexpr std::size_t kTypes = 3, kSymbols = 5, kInputs = 21;

// Counts and maxima as they are read from an input, −1 where a type has none.
struct Truth {
  std::vector<std::int32_t> counts = std::vector<std::int32_t>(kTypes);
  std::vector<std::int32_t> maxima = std::vector<std::int32_t>(kTypes, -1);
};

Truth truth_of(const Examples& examples, std::size_t e) {
  Truth truth;
  std::vector<float> largest(kTypes, -1);
  std::set<float> values;
  for (std::size_t i = 0; i < kInputs; ++i) {
    const float* row = &examples.input(e, i, 0);
    const std::size_t type = one_of(row, kTypes + 1);
    const std::size_t symbol = one_of(row + kTypes + 1, kSymbols);
    const float value = row[kTypes + 1 + kSymbols];
    values.insert(value);
    if (type == kTypes) continue;
    ++truth.counts[type];
    if (value > largest[type]) {
      largest[type] = value;
      truth.maxima[type] = static_cast<std::int32_t>(symbol);
    }
  }
  EXPECT_EQ(values.size(), kInputs);
  EXPECT_GT(*values.begin(), -1);
  EXPECT_LT(*values.rbegin(), 1);
  return truth;
}

TEST(CountAndMaximum, IsATask) {
  for (const char* text :
       {"count_and_maximum", "count_and_maximum(types=1, inputs=7)",
        "count_and_maximum(inputs=99, ask=maximum)"}) {
    const auto task = make_task(text);
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
  }
  const auto task = make_task("count_and_maximum(types=2, inputs=30)");
  EXPECT_EQ(shared_by_splits(*task, 300), 0u);
  EXPECT_EQ(task->facts().inputs, 30u);
  EXPECT_EQ(task->facts().channels, 12u);
  EXPECT_EQ(task->facts().outputs, 4u);
  EXPECT_EQ(fingerprint(*make_task("count_and_maximum")),
            15663324597008271303u);
}

TEST(CountAndMaximum, AreAsTheInputSays) {
  const std::string sizes = "count_and_maximum(types=3, inputs=21, symbols=5";
  const auto both = make_task(sizes + ")");
  const auto count = make_task(sizes + ", ask=count)");
  const auto maximum = make_task(sizes + ", ask=maximum)");
  std::map<std::int32_t, int> counts, maxima;
  for (const Split split : kSplits) {
    const Examples examples = first_examples(*both, split, 500);
    const Examples counted = first_examples(*count, split, 500);
    const Examples largest = first_examples(*maximum, split, 500);
    for (std::size_t e = 0; e < 500; ++e) {
      const Truth truth = truth_of(examples, e);
      std::vector<std::int32_t> all = truth.counts;
      all.insert(all.end(), truth.maxima.begin(), truth.maxima.end());
      ASSERT_EQ(labels_of(*both, examples, e), all);
      ASSERT_EQ(labels_of(*count, counted, e), truth.counts);
      ASSERT_EQ(labels_of(*maximum, largest, e), truth.maxima);
      EXPECT_EQ(values_of(counted, e), values_of(examples, e));
      EXPECT_EQ(values_of(largest, e), values_of(examples, e));
      for (const std::int32_t each : truth.counts) ++counts[each];
      for (const std::int32_t each : truth.maxima) ++maxima[each];
    }
  }
  // Each of 5 counts is expected 900 times, deviation 27; a type that has none
  // has no largest, and is not asked for.
  for (const auto& [value, times] : counts) EXPECT_NEAR(times, 900, 130);
  EXPECT_EQ(maxima[-1], counts[0]);
  for (std::int32_t symbol = 0; symbol < 5; ++symbol) {
    EXPECT_NEAR(maxima[symbol], 720, 120);
  }
}

TEST(CountAndMaximum, OptionsThatDoNotFit) {
  const auto refused = [](const char* text, const char* part) {
    expect_refused([&] { make_task(text); }, {part});
  };
  refused("count_and_maximum(inputs=27)",
          "count_and_maximum: inputs = 27: allowed are 28 to 1048576");
  refused("count_and_maximum(types=0)", "types = 0: allowed are 1 to 1024");
  refused("count_and_maximum(symbols=1)", "symbols = 1: allowed are 2 to");
  refused("count_and_maximum(ask=mean)", "allowed are both, count, maximum");
}

}  // namespace
}  // namespace suite
