#include "primitives/efficient_attention/sparse/sparse_formula.h"

#include "primitives/buffers.h"

namespace suite::formula {

Cost sparse_attention(const AttentionShape& s, std::size_t pairs,
                      std::size_t block, std::size_t scalar, int threads) {
  const std::size_t met = s.batch * s.heads * pairs;
  const std::size_t operands =
      scalar * s.batch * (s.heads * s.queries + s.heads_of_keys() * s.keys);
  Cost cost;
  cost[Part::scores] = {.macs = met * s.qk_channels,
                        .bytes_moved = operands * s.qk_channels};
  cost[Part::softmax] = {.logits = met};
  cost[Part::weighted_sum] = {.macs = met * s.v_channels,
                              .bytes_moved = operands * s.v_channels};
  cost.bytes_held =
      scalar == sizeof(float)
          ? bytes_laid_out<SparseAttention<float>>(threads, s, block)
          : bytes_laid_out<SparseAttention<double>>(threads, s, block);
  return cost;
}

Cost sparse_attention_backward(const AttentionShape& s,
                               const SparsePattern& pattern, std::size_t pairs,
                               std::size_t scalar, int threads) {
  const std::size_t met = s.batch * s.heads * pairs;
  // Queries, keys and values, and their gradients.
  const std::size_t operands =
      2 * scalar * s.batch * (s.heads * s.queries + s.heads_of_keys() * s.keys);
  Cost cost;
  cost[Part::scores] = {.macs = 3 * met * s.qk_channels,
                        .bytes_moved = operands * s.qk_channels};
  cost[Part::softmax] = {.logits = met};
  cost[Part::weighted_sum] = {.macs = 2 * met * s.v_channels,
                              .bytes_moved = operands * s.v_channels};
  cost.bytes_held =
      scalar == sizeof(float)
          ? bytes_laid_out<SparseBackward<float>>(threads, s, pattern)
          : bytes_laid_out<SparseBackward<double>>(threads, s, pattern);
  return cost;
}

}  // namespace suite::formula
