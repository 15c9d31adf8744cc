#include "training/tasks/kind.h"

#include "support/check.h"

namespace suite {

TaskFacts facts_of(const Named& named, std::string source) {
  TaskFacts facts;
  facts.name = named.name + named.options.suffix();
  facts.source = std::move(source);
  return facts;
}

std::size_t number_within(const Named& named, const std::string& option,
                          std::size_t least, std::size_t most) {
  const std::size_t value = named.options.number(option);
  require(value >= least && value <= most, "{}: {} = {}: allowed are {} to {}",
          named.name, option, value, least, most);
  return value;
}

std::vector<std::string> numbered_classes(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

void shape_examples(const Task& task, Split split,
                    std::span<const std::uint64_t> numbers,
                    Examples& examples) {
  const TaskFacts& facts = task.facts();
  const std::uint64_t size = task.size(split);
  for (const std::uint64_t number : numbers) {
    require(number < size, "{}: example {} of {}, which has {}", facts.name,
            number, name_of(split), size);
  }
  examples.input.resize({numbers.size(), facts.inputs, facts.channels});
  examples.mask.resize({0, 0});
  examples.labels.resize(numbers.size() * facts.outputs);
}

}  // namespace suite
