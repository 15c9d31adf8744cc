// A task without data, to try a classifier or a trainer on.
#pragma once

#include <algorithm>
#include <utility>

#include "primitives/random.h"
#include "training/tasks/task.h"

namespace suite {

// The class of an example is where its largest value stands, or its largest
// token; of several labels, that of as many equal parts of its inputs.
class WhereIsTheLargest : public Task {
 public:
  explicit WhereIsTheLargest(TaskFacts facts, std::uint64_t examples = 200)
      : facts_(std::move(facts)), examples_(examples) {}

  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split) const override { return examples_; }

  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override {
    const std::size_t N = facts_.inputs, C = facts_.channels;
    examples.input.resize({numbers.size(), N, C});
    examples.labels.resize(numbers.size() * facts_.outputs);
    examples.mask.resize({facts_.masked ? numbers.size() : 0, N});
    examples.mask.fill(1);
    for (std::size_t b = 0; b < numbers.size(); ++b) {
      Random random(derive_seed(numbers[b], name_of(split)));
      for (std::size_t i = 0; i < N * C; ++i) {
        examples.input.data()[b * N * C + i] =
            facts_.vocabulary > 0
                ? static_cast<float>(random.below(facts_.vocabulary))
                : static_cast<float>(2 * random.uniform() - 1);
      }
      if (facts_.masked) examples.mask(b, numbers[b] % N) = 0;
      const std::size_t part = N / facts_.outputs;
      for (std::size_t o = 0; o < facts_.outputs; ++o) {
        const float* first = &examples.input(b, o * part, 0);
        const auto largest =
            std::max_element(first, first + part * C) - first;
        examples.labels[b * facts_.outputs + o] = static_cast<std::int32_t>(
            static_cast<std::size_t>(largest) / C % facts_.classes.size());
      }
    }
  }

 private:
  TaskFacts facts_;
  std::uint64_t examples_;
};

}  // namespace suite
