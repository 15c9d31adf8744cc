// What a kind of task tells of itself, and what the making of tasks shares.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "training/named.h"
#include "training/tasks/task.h"

namespace suite {

struct TaskKind {
  NamedKind named;
  std::vector<std::string> packages;  // of Debian, whose files it reads
  // Throws Error for options that do not fit and for files that are missing or
  // wrong; these lie below `root`.
  std::unique_ptr<Task> (*make)(const Named& named, const std::string& root);
};

// Facts with the name that the definition gave.
TaskFacts facts_of(const Named& named, std::string source);

// An option's value. Throws Error unless it is from least to most.
std::size_t number_within(const Named& named, const std::string& option,
                          std::size_t least, std::size_t most);

// "0", "1", …
std::vector<std::string> numbered_classes(std::size_t count);

// How fill() begins: gives `examples` the shape of so many of the task, values
// as they happen to be. Throws Error for a number that the split has not.
void shape_examples(const Task& task, Split split,
                    std::span<const std::uint64_t> numbers, Examples& examples);

}  // namespace suite
