// What is generated: each example is drawn from its split and number alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "primitives/random.h"
#include "primitives/tensor.h"
#include "training/tasks/kind.h"

namespace suite {

class GeneratedTask : public Task {
 public:
  static constexpr std::uint64_t kHeldOut = 2000, kTest = 2000;

  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split split) const override;
  // By all threads, a share of the examples each.
  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override;

 protected:
  // Splits are streams of random numbers apart, and so are kinds; options share
  // them.
  GeneratedTask(std::string kind, TaskFacts facts)
      : kind_(std::move(kind)), facts_(std::move(facts)) {}

  // One example: `input` [N, channels] is all 0, `labels` [outputs] all −1.
  // Must not throw.
  virtual void draw(Random& random, MatrixView<float> input,
                    std::span<std::int32_t> labels) const = 0;

 private:
  std::string kind_;
  TaskFacts facts_;
};

// All orders are as likely.
template <class T>
void shuffle(Random& random, std::span<T> values) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[random.below(i)]);
  }
}

}  // namespace suite
