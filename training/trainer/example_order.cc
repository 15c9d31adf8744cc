#include "training/trainer/example_order.h"

#include <numeric>
#include <utility>

#include "primitives/random.h"
#include "support/check.h"

namespace suite {

ExampleOrder::ExampleOrder(std::uint64_t examples, std::size_t batch,
                           std::uint64_t seed)
    : examples_(examples), batch_(batch), seed_(seed) {
  require(batch >= 1, "batch = {}: at least 1 is allowed", batch);
  require(examples >= batch,
          "batch = {} where there are {} examples to learn from: at most as "
          "many are allowed",
          batch, examples);
}

// Fisher and Yates' shuffle.
void ExampleOrder::draw(std::uint64_t epoch) {
  order_.resize(examples_);
  std::iota(order_.begin(), order_.end(), 0u);
  Random random(derive_seed(seed_, fmt::format("epoch {}", epoch)));
  for (std::size_t i = examples_; i > 1; --i) {
    std::swap(order_[i - 1], order_[random.below(i)]);
  }
  epoch_ = epoch;
}

const std::vector<std::uint64_t>& ExampleOrder::of_step(std::uint64_t step) {
  numbers_.resize(batch_);
  for (std::size_t i = 0; i < batch_; ++i) {
    const std::uint64_t place = step * batch_ + i;
    const std::uint64_t epoch = place / examples_, at = place % examples_;
    if (examples_ > kMostListed) {
      numbers_[i] = at;
      continue;
    }
    if (epoch != epoch_) draw(epoch);
    numbers_[i] = order_[at];
  }
  return numbers_;
}

}  // namespace suite
