// Sentences of six words, "the cat sat on the mat", and four questions about each.
#pragma once

#include <string>
#include <vector>

#include "training/tasks/task.h"

namespace suite {

// Who did what, where, and at which thing: four labels, each the number of a
// word. Words are drawn anew for every example; the splits share no sentence that
// was drawn for another, but may share words.
class Sentences : public Task {
 public:
  Sentences();

  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split) const override { return 2000; }
  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override;

  // The example that is this sentence of known words.
  Examples example(const std::vector<std::string>& words) const;

  static const std::vector<std::string>& questions();

 private:
  TaskFacts facts_;  // its classes are all words
};

}  // namespace suite
