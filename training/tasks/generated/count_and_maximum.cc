// Inputs of some types, each with a value and a symbol. Of each type it is
// asked how many inputs it has, from 0 to symbols − 1 and each as likely, or
// which symbol stands beside its largest value, or both: averages and a sharp
// look. All other inputs are of one more type. No two values are the same.
// Inputs are a set: [type, one-hot | symbol, one-hot | value in (−1, 1)].
#include <algorithm>
#include <numeric>
#include <vector>

#include "training/tasks/generated/generated.h"
#include "training/tasks/generated/kinds.h"

namespace suite {
namespace {

struct Asked {
  bool counts, maxima;
};

class CountAndMaximum : public GeneratedTask {
 public:
  CountAndMaximum(TaskFacts facts, std::size_t types, Asked asked)
      : GeneratedTask("count_and_maximum", std::move(facts)),
        types_(types),
        asked_(asked) {}

 private:
  void draw(Random& random, MatrixView<float> input,
            std::span<std::int32_t> labels) const override {
    const std::size_t symbols = input.cols - types_ - 2;
    std::vector<std::size_t> types(input.rows, types_);
    auto next = types.begin();
    for (std::size_t type = 0; type < types_; ++type) {
      const std::size_t count = random.below(symbols);
      next = std::fill_n(next, count, type);
      if (asked_.counts) labels[type] = static_cast<std::int32_t>(count);
    }
    shuffle(random, std::span(types));
    std::vector<std::size_t> ranks(input.rows), best(types_ + 1);
    std::iota(ranks.begin(), ranks.end(), 1);
    shuffle(random, std::span(ranks));
    const std::span<std::int32_t> maxima =
        labels.subspan(asked_.maxima ? labels.size() - types_ : labels.size());
    for (std::size_t i = 0; i < input.rows; ++i) {
      const std::size_t symbol = random.below(symbols);
      float* row = input.row(i);
      row[types[i]] = 1;
      row[types_ + 1 + symbol] = 1;
      row[input.cols - 1] = static_cast<float>(2 * ranks[i]) /
                                static_cast<float>(input.rows + 1) -
                            1;
      if (types[i] < maxima.size() && ranks[i] > best[types[i]]) {
        best[types[i]] = ranks[i];
        maxima[types[i]] = static_cast<std::int32_t>(symbol);
      }
    }
  }

  std::size_t types_;
  Asked asked_;
};

std::unique_ptr<Task> make(const Named& named, const std::string&) {
  const std::size_t types = number_within(named, "types", 1, 1024);
  const std::size_t symbols = number_within(named, "symbols", 2, 1024);
  const std::string& ask = named.options.text("ask");
  const Asked asked{ask != "maximum", ask != "count"};
  TaskFacts facts = facts_of(named, "generated");
  facts.inputs = number_within(named, "inputs", types * (symbols - 1), 1 << 20);
  facts.channels = types + 1 + symbols + 1;
  facts.outputs = types * (asked.counts + asked.maxima);
  facts.classes = numbered_classes(symbols);
  return std::make_unique<CountAndMaximum>(std::move(facts), types, asked);
}

}  // namespace

TaskKind count_and_maximum_kind() {
  return {{"count_and_maximum",
           {number("types", 4, "How many types are asked for?"),
            number("inputs", 64, "How many inputs are there?"),
            number("symbols", 8, "How many symbols, and counts, are there?"),
            choice("ask", {"both", "count", "maximum"},
                   "What is asked of a type? Both: first all counts, then all "
                   "maxima")}},
          {},
          make};
}

}  // namespace suite
