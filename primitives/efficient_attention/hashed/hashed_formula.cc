#include "primitives/efficient_attention/hashed/hashed_formula.h"

#include <algorithm>

#include "primitives/buffers.h"

namespace suite::formula {

Cost hashed_attention(const HashedShape& s, std::size_t scalar, int threads) {
  const HashShape& hash = s.hash;
  std::size_t pairs = 0;
  for (std::size_t first = 0; first < hash.rows; first += s.chunk) {
    const std::size_t own = std::min(s.chunk, hash.rows - first);
    pairs += own * (own + (first > 0 ? s.chunk : 0));
  }
  const std::size_t heads = hash.batch * hash.heads * hash.rounds;
  const std::size_t turned = hash.rounds * hash.buckets / 2;  // rotations
  Cost cost;
  cost[Part::scores] = {
      .macs = heads * pairs * hash.channels +
              hash.batch * hash.heads * hash.rows * turned * hash.channels,
      .bytes_moved = 2 * scalar * heads * hash.rows * hash.channels +
                     sizeof(std::uint32_t) * heads * hash.rows};
  if (turned > 0) {
    cost[Part::scores].bytes_moved +=
        scalar * hash.channels *
        (hash.batch * hash.rows * hash.heads + turned);
  }
  cost[Part::softmax] = {.logits = heads * pairs};
  cost[Part::weighted_sum] = {
      .macs = heads * pairs * s.v_channels,
      .bytes_moved = 2 * scalar * heads * hash.rows * s.v_channels};
  cost.bytes_held = scalar == sizeof(float)
                        ? bytes_laid_out<HashedAttention<float>>(threads, s)
                        : bytes_laid_out<HashedAttention<double>>(threads, s);
  return cost;
}

}  // namespace suite::formula
