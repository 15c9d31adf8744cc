#include "primitives/exchange/range_tree.h"

#include <algorithm>
#include <bit>

#include "support/check.h"

namespace suite {
namespace {

// Inputs of a range that make merging its state and starting a new one cheap.
constexpr std::size_t kInputsPerRange = 1024;
// As many ranks as this should find a range each, where inputs are few …
constexpr std::size_t kRangesWanted = 64;
// … unless ranges would be shorter than this.
constexpr std::size_t kFewestInputs = 8;

}  // namespace

RangeTree range_tree(std::size_t inputs) {
  require(inputs > 0, "no inputs to share out: there must be at least 1");
  const std::size_t wanted =
      std::max(inputs / kInputsPerRange,
               std::min(kRangesWanted, inputs / kFewestInputs));
  return {inputs, std::bit_floor(std::max<std::size_t>(1, wanted))};
}

std::size_t InputShare::rounds() const {
  return ranks == 0 ? 0 : static_cast<std::size_t>(std::countr_zero(ranks));
}

std::size_t ArrivingSubtrees::slot() const {
  std::size_t slot = 0;
  while (std::count(slots_.begin(), slots_.end(), slot) > 0) ++slot;
  return slot;
}

std::size_t slots_for_passing(const InputShare& share) {
  ArrivingSubtrees subtrees(share.ranks);
  std::size_t slots = 0;
  for (std::size_t step = 0; step < share.ranks; ++step) {
    slots = std::max(slots, subtrees.slot() + 1);
    subtrees.add(passing_by(share, step), [](std::size_t, std::size_t) {});
  }
  return slots;
}

InputShare share_of(std::size_t inputs, std::size_t rank, std::size_t ranks) {
  require(std::has_single_bit(ranks),
          "{} ranks: states merge along a binary tree, so allowed are 1, 2, 4, "
          "8, …",
          ranks);
  require(rank < ranks, "rank {} of {}: there is none", rank, ranks);
  const std::size_t most = range_tree(inputs).ranges;
  require(ranks <= most, "{} ranks: N = {} inputs are shared by {} at most",
          ranks, inputs, most);
  return {rank, ranks, inputs};
}

}  // namespace suite
