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

}  // namespace

template <class T>
OnePassCuts one_pass_cuts(const CrossAttentionShape& s) {
  require(
      s.batch > 0 && s.latents > 0 && s.inputs > 0 && s.heads > 0,
      "a read of {} examples by {} latents of {} inputs with {} heads: each "
      "must be at least 1",
      s.batch, s.latents, s.inputs, s.heads);
  // A power of two, so that threads share ranges evenly; at least two, where
  // the inputs are worth it.
  const std::size_t most = std::max<std::size_t>(1, kMostRanges / s.batch);
  const std::size_t wanted = std::bit_floor(std::clamp<std::size_t>(
      s.inputs / kInputsPerRange, s.inputs < kInputsPerRange / 4 ? 1 : 2,
      std::max<std::size_t>(2, most)));
  OnePassCuts cuts;
  cuts.range = divide_up(s.inputs, wanted);
  cuts.ranges = divide_up(s.inputs, cuts.range);
  cuts.tile = std::min(cuts.range, even_part(cuts.range, depth_tile<T>()));
  return cuts;
}

template OnePassCuts one_pass_cuts<float>(const CrossAttentionShape&);
template OnePassCuts one_pass_cuts<double>(const CrossAttentionShape&);

}  // namespace suite
