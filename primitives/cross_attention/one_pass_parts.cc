#include "primitives/cross_attention/one_pass_parts.h"

#include <algorithm>
#include <bit>

#include "primitives/panels/caches.h"
#include "support/check.h"

namespace suite {
namespace {

// Inputs of a range that make merging its state and starting a new one cheap.
constexpr std::size_t kInputsPerRange = 1024;
// Enough ranges to keep the threads of a large machine busy; each has a state.
constexpr std::size_t kMostRanges = 32;

void require_a_read(const CrossAttentionShape& s) {
  require(
      s.batch > 0 && s.latents > 0 && s.inputs > 0 && s.heads > 0,
      "a read of {} examples by {} latents of {} inputs with {} heads: each "
      "must be at least 1",
      s.batch, s.latents, s.inputs, s.heads);
}

std::size_t most_units(std::size_t batch) {
  return std::max<std::size_t>(2, kMostRanges / batch);
}

}  // namespace

template <class T>
OnePassCuts one_pass_cuts(const CrossAttentionShape& s) {
  require_a_read(s);
  // A power of two, so that threads share ranges evenly; at least two, where
  // the inputs are worth it.
  const std::size_t wanted = std::bit_floor(std::clamp<std::size_t>(
      s.inputs / kInputsPerRange, s.inputs < kInputsPerRange / 4 ? 1 : 2,
      most_units(s.batch)));
  OnePassCuts cuts;
  cuts.range = divide_up(s.inputs, wanted);
  cuts.ranges = divide_up(s.inputs, cuts.range);
  cuts.tile = std::min(cuts.range, even_part(cuts.range, depth_tile<T>()));
  return cuts;
}

template <class T>
OnePassCuts rank_cuts(const CrossAttentionShape& s, const InputShare& share) {
  require_a_read(s);
  OnePassCuts cuts;
  cuts.ranges = std::min(share.ranges(), std::bit_floor(most_units(s.batch)));
  cuts.leaves = share.ranges() / cuts.ranges;
  const std::size_t longest = share.tree().longest();
  cuts.range = cuts.leaves * longest;
  cuts.tile = std::min(longest, even_part(longest, depth_tile<T>()));
  return cuts;
}

template OnePassCuts one_pass_cuts<float>(const CrossAttentionShape&);
template OnePassCuts one_pass_cuts<double>(const CrossAttentionShape&);
template OnePassCuts rank_cuts<float>(const CrossAttentionShape&,
                                      const InputShare&);
template OnePassCuts rank_cuts<double>(const CrossAttentionShape&,
                                       const InputShare&);

}  // namespace suite
