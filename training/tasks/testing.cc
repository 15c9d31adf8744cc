#include "training/tasks/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>

#include "primitives/threads.h"
#include "support/formats/packing.h"

namespace suite {
namespace {

void expect_same_bits(const Examples& a, const Examples& b) {
  ASSERT_EQ(a.input.shape(), b.input.shape());
  EXPECT_EQ(std::memcmp(a.input.data(), b.input.data(), bytes_of(a.input)), 0);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.mask.size(), b.mask.size());
}

void expect_facts_that_fit(const TaskFacts& facts) {
  EXPECT_FALSE(facts.name.empty());
  EXPECT_FALSE(facts.source.empty());
  EXPECT_GE(facts.classes.size(), 2u);
  EXPECT_EQ(std::set(facts.classes.begin(), facts.classes.end()).size(),
            facts.classes.size());
  EXPECT_LE(facts.coordinates, facts.channels);
  EXPECT_TRUE(facts.vocabulary == 0 || facts.channels == 1);
  if (!facts.grid.empty()) {
    EXPECT_EQ(std::accumulate(facts.grid.begin(), facts.grid.end(),
                              std::size_t{1}, std::multiplies()),
              facts.inputs);
  }
  if (!facts.places.empty()) {
    std::vector<std::uint32_t> places = facts.places, all(facts.inputs);
    std::sort(places.begin(), places.end());
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(places, all);
  }
}

void expect_values_that_fit(const TaskFacts& facts, const Examples& examples,
                            std::size_t count) {
  EXPECT_EQ(examples.input.shape(),
            (std::array{count, facts.inputs, facts.channels}));
  EXPECT_EQ(examples.mask.size(), facts.masked ? count * facts.inputs : 0);
  ASSERT_EQ(examples.labels.size(), count * facts.outputs);
  const auto classes = static_cast<std::int32_t>(facts.classes.size());
  EXPECT_LT(*std::max_element(examples.labels.begin(), examples.labels.end()),
            classes);
  for (const float value : examples.input) {
    ASSERT_TRUE(std::isfinite(value));
    if (facts.vocabulary == 0) continue;
    ASSERT_EQ(value, std::floor(value));
    ASSERT_GE(value, 0);
    ASSERT_LT(value, static_cast<float>(facts.vocabulary));
  }
}

}  // namespace

Examples first_examples(const Task& task, Split split, std::uint64_t most) {
  std::vector<std::uint64_t> numbers(std::min(task.size(split), most));
  std::iota(numbers.begin(), numbers.end(), 0);
  Examples examples;
  task.fill(split, numbers, examples);
  return examples;
}

std::vector<float> values_of(const Examples& examples, std::size_t e) {
  const std::size_t size = examples.input.shape(1) * examples.input.shape(2);
  const float* first = examples.input.data() + e * size;
  return {first, first + size};
}

std::vector<std::int32_t> labels_of(const Task& task, const Examples& examples,
                                    std::size_t e) {
  const std::size_t outputs = task.facts().outputs;
  const std::int32_t* first = examples.labels.data() + e * outputs;
  return {first, first + outputs};
}

void expect_a_task(const Task& task) {
  expect_facts_that_fit(task.facts());
  for (const Split split : kSplits) {
    SCOPED_TRACE(std::string(name_of(split)));
    ASSERT_GT(task.size(split), 0u);
    const std::uint64_t count = std::min<std::uint64_t>(task.size(split), 50);
    set_threads(1);
    const Examples examples = first_examples(task, split, count);
    expect_values_that_fit(task.facts(), examples, count);
    set_threads(3);
    // Three times: the last, the first, the last again, after larger ones.
    Examples few = first_examples(task, split, count);
    expect_same_bits(few, examples);
    task.fill(split, std::vector<std::uint64_t>{count - 1, 0, count - 1}, few);
    for (std::size_t e = 0; e < 3; ++e) {
      const std::size_t other = e == 1 ? 0 : count - 1;
      EXPECT_EQ(values_of(few, e), values_of(examples, other));
      EXPECT_EQ(labels_of(task, few, e), labels_of(task, examples, other));
    }
    const std::uint64_t beyond[] = {task.size(split)};
    expect_refused(
        [&] { task.fill(split, beyond, few); },
        {task.facts().name + ": example " + std::to_string(beyond[0]) + " of " +
         std::string(name_of(split))});
  }
}

std::size_t shared_by_splits(const Task& task, std::uint64_t most) {
  std::map<std::vector<float>, Split> seen;
  std::size_t shared = 0;
  for (const Split split : kSplits) {
    const Examples examples = first_examples(task, split, most);
    for (std::size_t e = 0; e < examples.input.shape(0); ++e) {
      shared +=
          seen.emplace(values_of(examples, e), split).first->second != split;
    }
  }
  return shared;
}

std::uint64_t fingerprint(const Task& task) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  const auto add = [&](std::uint32_t word) {
    hash = (hash ^ word) * 0x100000001b3u;
  };
  for (const Split split : kSplits) {
    const Examples examples = first_examples(task, split, 20);
    for (const float value : examples.input) {
      add(std::bit_cast<std::uint32_t>(value));
    }
    for (const std::int32_t label : examples.labels) {
      add(static_cast<std::uint32_t>(label));
    }
  }
  return hash;
}

std::string write_packed(const TestFolder& root, const std::string& path,
                         std::string_view content) {
  std::filesystem::create_directories(
      std::filesystem::path(root.path(path)).parent_path());
  return root.write(path, packed(content));
}

}  // namespace suite
