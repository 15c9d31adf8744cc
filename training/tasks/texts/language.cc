// In which language is a piece of text? Its bytes are tokens; pieces begin and
// end anywhere, within characters too.
#include <fmt/ranges.h>

#include "training/tasks/texts/kinds.h"
#include "training/tasks/texts/texts.h"

namespace suite {
namespace {

class LanguageTask : public Task {
 public:
  LanguageTask(TaskFacts facts, const std::string& root)
      : facts_(std::move(facts)), texts_(root, facts_.inputs) {}

  const TaskFacts& facts() const override { return facts_; }
  std::uint64_t size(Split split) const override {
    return texts_.windows(split);
  }

  void fill(Split split, std::span<const std::uint64_t> numbers,
            Examples& examples) const override {
    shape_examples(*this, split, numbers, examples);
    float* to = examples.input.data();
    for (std::size_t e = 0; e < numbers.size(); ++e) {
      for (const char byte : texts_.window(split, numbers[e])) {
        *to++ = static_cast<unsigned char>(byte);
      }
      examples.labels[e] =
          static_cast<std::int32_t>(numbers[e] % facts_.classes.size());
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
  facts.vocabulary = 256;
  facts.grid = {facts.inputs};
  facts.classes = Texts::languages();
  return std::make_unique<LanguageTask>(std::move(facts), root);
}

}  // namespace

TaskKind language_kind() {
  return {{"language",
           {number("bytes", 64, "How many bytes has a piece of text?")}},
          text_packages(),
          make};
}

}  // namespace suite
