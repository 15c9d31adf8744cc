// A table of pointers in any order, one of them marked: where does one end who
// follows it, and then the pointer from there, and so on? All pointers are one
// cycle, so that no place is likelier than another, and none is met twice.
// Inputs are a set: [from, one-hot | to, one-hot | 1 where it starts].
#include <algorithm>
#include <numeric>
#include <vector>

#include "training/tasks/generated/generated.h"
#include "training/tasks/generated/kinds.h"

namespace suite {
namespace {

class PointerChase : public GeneratedTask {
 public:
  PointerChase(TaskFacts facts, std::size_t hops)
      : GeneratedTask("pointer_chase", std::move(facts)), hops_(hops) {}

 private:
  void draw(Random& random, MatrixView<float> input,
            std::span<std::int32_t> labels) const override {
    const std::size_t entries = input.rows;
    // Place i of the cycle points to the next; the first is marked.
    std::vector<std::uint32_t> cycle(entries), rows(entries);
    std::iota(cycle.begin(), cycle.end(), 0);
    std::iota(rows.begin(), rows.end(), 0);
    shuffle(random, std::span(cycle));
    shuffle(random, std::span(rows));
    for (std::size_t i = 0; i < entries; ++i) {
      float* row = input.row(rows[i]);
      row[cycle[i]] = 1;
      row[entries + cycle[(i + 1) % entries]] = 1;
    }
    input.row(rows[0])[2 * entries] = 1;
    labels[0] = static_cast<std::int32_t>(cycle[hops_]);
  }

  std::size_t hops_;
};

std::unique_ptr<Task> make(const Named& named, const std::string&) {
  TaskFacts facts = facts_of(named, "generated");
  facts.inputs = number_within(named, "entries", 2, 1024);
  facts.channels = 2 * facts.inputs + 1;
  facts.classes = numbered_classes(facts.inputs);
  const std::size_t hops = number_within(named, "hops", 1, facts.inputs - 1);
  return std::make_unique<PointerChase>(std::move(facts), hops);
}

}  // namespace

TaskKind pointer_chase_kind() {
  return {{"pointer_chase",
           {number("hops", 2, "How many pointers are followed?"),
            number("entries", 16, "How many are there?")}},
          {},
          make};
}

}  // namespace suite
