#include "training/tasks/generated/generated.h"

#include <algorithm>

namespace suite {

std::uint64_t GeneratedTask::size(Split split) const {
  if (split == Split::train) return kEndless;
  return split == Split::test ? kTest : kHeldOut;
}

void GeneratedTask::fill(Split split, std::span<const std::uint64_t> numbers,
                         Examples& examples) const {
  shape_examples(*this, split, numbers, examples);
  examples.input.fill(0);
  std::fill(examples.labels.begin(), examples.labels.end(), -1);
  const std::uint64_t stream =
      derive_seed(derive_seed(0, kind_), name_of(split));
  const std::span<std::int32_t> labels = examples.labels;
#pragma omp parallel for schedule(static)
  for (std::size_t e = 0; e < numbers.size(); ++e) {
    Random random(derive_seed(stream + numbers[e], "example"));
    draw(random, example(examples.input, e),
         labels.subspan(e * facts_.outputs, facts_.outputs));
  }
}

}  // namespace suite
