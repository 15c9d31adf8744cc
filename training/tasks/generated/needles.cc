// Some facts among many inputs: the first types each occur once, anywhere, with
// a symbol, which is what is asked for. All other inputs are of the types that
// remain, and have symbols too. Inputs are a set: [type, one-hot | symbol,
// one-hot], as wide however many facts there are.
#include <algorithm>
#include <vector>

#include "training/tasks/generated/generated.h"
#include "training/tasks/generated/kinds.h"

namespace suite {
namespace {

class Needles : public GeneratedTask {
 public:
  Needles(TaskFacts facts, std::size_t types)
      : GeneratedTask("needles", std::move(facts)), types_(types) {}

 private:
  void draw(Random& random, MatrixView<float> input,
            std::span<std::int32_t> labels) const override {
    const std::size_t symbols = input.cols - types_;
    std::vector<std::size_t> types(input.rows);
    for (std::size_t i = 0; i < types.size(); ++i) {
      types[i] = i < labels.size()
                     ? i
                     : labels.size() + random.below(types_ - labels.size());
    }
    shuffle(random, std::span(types));
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::size_t symbol = random.below(symbols);
      input.row(i)[types[i]] = 1;
      input.row(i)[types_ + symbol] = 1;
      if (types[i] < labels.size()) {
        labels[types[i]] = static_cast<std::int32_t>(symbol);
      }
    }
  }

  std::size_t types_;
};

std::unique_ptr<Task> make(const Named& named, const std::string&) {
  const std::size_t types = number_within(named, "types", 2, 1024);
  const std::size_t symbols = number_within(named, "symbols", 2, 1024);
  TaskFacts facts = facts_of(named, "generated");
  facts.inputs = number_within(named, "inputs", 1, 1 << 20);
  facts.channels = types + symbols;
  facts.outputs =
      number_within(named, "facts", 1, std::min(types - 1, facts.inputs));
  facts.classes = numbered_classes(symbols);
  return std::make_unique<Needles>(std::move(facts), types);
}

}  // namespace

TaskKind needles_kind() {
  return {{"needles",
           {number("facts", 4, "How many types occur once and are asked for?"),
            number("inputs", 64, "How many inputs are there?"),
            number("symbols", 8, "How many symbols are there?"),
            number("types", 24, "How many types are there, others included?")}},
          {},
          make};
}

}  // namespace suite
