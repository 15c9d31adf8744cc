#include "primitives/efficient_attention/hashed/hashed_formula.h"

#include <algorithm>

#include "primitives/buffers.h"

namespace suite::formula {
namespace {

// Of a row and one that it meets, in all rounds and heads.
std::size_t pairs_met(const HashedShape& s) {
  const HashShape& hash = s.hash;
  std::size_t pairs = 0;
  for (std::size_t first = 0; first < hash.rows; first += s.chunk) {
    const std::size_t own = std::min(s.chunk, hash.rows - first);
    pairs += own * (own + (first > 0 ? s.chunk : 0));
  }
  return hash.batch * hash.heads * hash.rounds * pairs;
}

// Rows turned by all rotations, if there are any, and sorted.
Work order(const HashShape& s, std::size_t scalar) {
  const std::size_t rows = s.batch * s.heads * s.rows;
  const std::size_t turned = s.rounds * s.buckets / 2;
  Work work{.macs = rows * turned * s.channels,
            .bytes_moved = sizeof(std::uint32_t) * s.rounds * rows};
  if (turned > 0) work.bytes_moved += scalar * s.channels * (rows + turned);
  return work;
}

// `times` of them a pair, and so many times the operands of all rounds.
Work products(const HashedShape& s, std::size_t channels, std::size_t times,
              std::size_t operands, std::size_t scalar) {
  const HashShape& hash = s.hash;
  return {.macs = times * pairs_met(s) * channels,
          .bytes_moved = operands * scalar * hash.batch * hash.heads *
                         hash.rounds * hash.rows * channels};
}

}  // namespace

Cost hashed_attention(const HashedShape& s, std::size_t scalar, int threads) {
  Cost cost;
  cost[Part::scores] =
      order(s.hash, scalar) + products(s, s.hash.channels, 1, 2, scalar);
  cost[Part::softmax] = {.logits = pairs_met(s)};
  cost[Part::weighted_sum] = products(s, s.v_channels, 1, 2, scalar);
  cost.bytes_held = scalar == sizeof(float)
                        ? bytes_laid_out<HashedAttention<float>>(threads, s)
                        : bytes_laid_out<HashedAttention<double>>(threads, s);
  return cost;
}

Cost hashed_attention_backward(const HashedShape& s, std::size_t scalar,
                               int threads) {
  Cost cost;
  cost[Part::scores] =
      order(s.hash, scalar) + products(s, s.hash.channels, 3, 4, scalar);
  cost[Part::softmax] = {.logits = pairs_met(s)};
  cost[Part::weighted_sum] = products(s, s.v_channels, 2, 4, scalar);
  cost.bytes_held = scalar == sizeof(float)
                        ? bytes_laid_out<HashedBackward<float>>(threads, s)
                        : bytes_laid_out<HashedBackward<double>>(threads, s);
  return cost;
}

}  // namespace suite::formula
