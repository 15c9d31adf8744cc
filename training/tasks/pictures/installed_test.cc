// The data sets as Debian has them, which the machine need not have: run by
// hand, after apt-get install python3-sklearn dataset-fashion-mnist.
#include <gtest/gtest.h>

#include <chrono>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

constexpr std::size_t kAll = 70000;

// The share of test examples that are nearest to the mean of their own class:
// a tenth if labels did not go with pictures.
double nearest_mean(const Task& task) {
  const std::size_t values = task.facts().inputs * task.facts().channels;
  std::vector<std::vector<double>> means(10, std::vector<double>(values));
  std::vector<double> counts(10);
  const Examples train = first_examples(task, Split::train, kAll);
  for (std::size_t e = 0; e < train.labels.size(); ++e) {
    const auto label = static_cast<std::size_t>(train.labels[e]);
    const float* x = train.input.data() + e * values;
    for (std::size_t i = 0; i < values; ++i) means[label][i] += x[i];
    ++counts[label];
  }
  const Examples test = first_examples(task, Split::test, kAll);
  double right = 0;
  for (std::size_t e = 0; e < test.labels.size(); ++e) {
    const float* x = test.input.data() + e * values;
    std::vector<double> distances(10);
    for (std::size_t c = 0; c < 10; ++c) {
      for (std::size_t i = 0; i < values; ++i) {
        const double difference = x[i] - means[c][i] / counts[c];
        distances[c] += difference * difference;
      }
    }
    const auto least = std::min_element(distances.begin(), distances.end());
    right += least - distances.begin() == test.labels[e];
  }
  return right / static_cast<double>(test.labels.size());
}

TEST(Installed, DigitsAreNearTheirMeans) {
  const auto task = make_task("digits");
  expect_a_task(*task);
  EXPECT_EQ(shared_by_splits(*task, kAll), 0u);
  EXPECT_EQ(task->size(Split::train) + task->size(Split::held_out) +
                task->size(Split::test),
            1797u);
  EXPECT_EQ(task->size(Split::test), 355u);
  const double share = nearest_mean(*task);
  RecordProperty("share", std::to_string(share));
  EXPECT_GT(share, 0.86);
  EXPECT_LT(share, 0.94);
}

TEST(Installed, FashionIsNearItsMeans) {
  for (const char* text : {"fashion", "fashion(patch=4, permuted=true)"}) {
    const auto task = make_task(text);
    expect_a_task(*task);
    EXPECT_EQ(task->size(Split::train), 55000u);
    EXPECT_EQ(task->size(Split::held_out), 5000u);
    EXPECT_EQ(task->size(Split::test), 10000u);
    // 67.68 % with all 60,000.
    EXPECT_NEAR(nearest_mean(*task), 0.677, 0.005);
  }
}

TEST(Installed, FashionIsQuick) {
  const auto start = [] { return std::chrono::steady_clock::now(); };
  const auto task = make_task("fashion(permuted=true)");
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 64; ++i) numbers.push_back(i * 859);
  Examples examples;
  task->fill(Split::train, numbers, examples);
  std::chrono::duration<double> best = std::chrono::seconds(1);
  for (int i = 0; i < 20; ++i) {
    const auto before = start();
    task->fill(Split::train, numbers, examples);
    best = std::min<std::chrono::duration<double>>(best, start() - before);
  }
  EXPECT_LT(best.count(), 0.5e-3);
}

}  // namespace
}  // namespace suite
