#include "training/tasks/pictures/byte_examples.h"

#include <utility>

#include "training/tasks/kind.h"

namespace suite {
namespace {

class ByteTask : public Task {
 public:
  explicit ByteTask(ByteExamples examples) : data_(std::move(examples)) {
    const GreyPixels& pixels = data_.facts.pixels.value();
    for (std::size_t byte = 0; byte < values_.size(); ++byte) {
      values_[byte] = (static_cast<float>(byte) - pixels.middle) / pixels.unit;
    }
  }

  const TaskFacts& facts() const override { return data_.facts; }

  std::uint64_t size(Split split) const override {
    return data_.splits[static_cast<std::size_t>(split)].size();
  }

  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override {
    shape_examples(*this, split, numbers, examples);
    const auto& stored = data_.splits[static_cast<std::size_t>(split)];
    const std::size_t size = data_.order.size();
    float* to = examples.input.data();
    for (std::size_t e = 0; e < numbers.size(); ++e, to += size) {
      const std::size_t index = stored[numbers[e]];
      const char* bytes = data_.bytes.data() + index * size;
      for (std::size_t i = 0; i < size; ++i) {
        to[i] = values_[static_cast<unsigned char>(bytes[data_.order[i]])];
      }
      examples.labels[e] = data_.labels[index];
    }
  }

 private:
  ByteExamples data_;
  std::array<float, 256> values_;  // what is handed out for each byte
};

}  // namespace

std::unique_ptr<Task> task_of(ByteExamples examples) {
  return std::make_unique<ByteTask>(std::move(examples));
}

}  // namespace suite
