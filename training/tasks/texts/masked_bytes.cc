// Texts of five languages, 15 % of whose bytes are hidden: which are they? Each
// time that training comes by a piece of text, others are.
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "primitives/random.h"
#include "training/tasks/texts/kinds.h"
#include "training/tasks/texts/texts.h"

namespace suite {
namespace {

constexpr std::size_t kHidden = 256;  // the token that stands there

class MaskedBytes : public Task {
 public:
  MaskedBytes(TaskFacts facts, const std::string& root)
      : facts_(std::move(facts)), texts_(root, facts_.inputs) {}

  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split split) const override {
    return split == Split::train ? kEndless : texts_.windows(split);
  }

  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override {
    shape_examples(*this, split, numbers, examples);
    std::fill(examples.labels.begin(), examples.labels.end(), -1);
    const std::uint64_t stream =
        derive_seed(derive_seed(0, "masked_bytes"), name_of(split));
    const std::size_t bytes = facts_.inputs;
    const std::size_t hidden = (15 * bytes + 50) / 100;
    std::vector<std::uint32_t> places(bytes);
    for (std::size_t e = 0; e < numbers.size(); ++e) {
      float* input = examples.input.data() + e * bytes;
      const std::string_view text =
          texts_.window(split, numbers[e] % texts_.windows(split));
      for (std::size_t i = 0; i < bytes; ++i) {
        input[i] = static_cast<unsigned char>(text[i]);
      }
      Random random(derive_seed(stream + numbers[e], "example"));
      std::iota(places.begin(), places.end(), 0);
      for (std::size_t i = 0; i < hidden; ++i) {
        std::swap(places[i], places[i + random.below(bytes - i)]);
        float& token = input[places[i]];
        examples.labels[e * bytes + places[i]] =
            static_cast<std::int32_t>(token);
        token = kHidden;
      }
    }
  }

 private:
  TaskFacts facts_;
  Texts texts_;
};

std::unique_ptr<Task> make(const Named& named, const std::string& root) {
  TaskFacts facts =
      facts_of(named, fmt::format("{}", fmt::join(text_packages(), " ")));
  facts.inputs = number_within(named, "bytes", 8, 4096);
  facts.channels = 1;
  facts.vocabulary = kHidden + 1;
  facts.grid = {facts.inputs};
  facts.outputs = facts.inputs;
  facts.classes = numbered_classes(256);
  return std::make_unique<MaskedBytes>(std::move(facts), root);
}

}  // namespace

TaskKind masked_bytes_kind() {
  return {{"masked_bytes",
           {number("bytes", 64, "How many bytes has a piece of text?")}},
          text_packages(),
          make};
}

}  // namespace suite
