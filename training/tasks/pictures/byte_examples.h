// Examples that are held in memory as bytes: one class each, one picture each.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "training/tasks/task.h"

namespace suite {

struct ByteExamples {
  TaskFacts facts;    // which say what is handed out for a byte
  std::string bytes;  // one example after the other, N·channels each
  std::vector<std::uint8_t> labels;  // one each, below the number of classes
  // Which of an example's bytes is value i of its input, [N·channels].
  std::vector<std::uint32_t> order;
  // Which examples are those of a split, in its order.
  std::array<std::vector<std::uint32_t>, 3> splits;

  std::vector<std::uint32_t>& of(Split split) {
    return splits[static_cast<std::size_t>(split)];
  }
};

// Cost of fill(): a look-up a value, about 1 ns.
std::unique_ptr<Task> task_of(ByteExamples examples);

}  // namespace suite
