#include "primitives/attention/attention_formula.h"

namespace suite::formula {

std::uint64_t attention_buffers(const AttentionShape& shape, AttentionForm form,
                                std::size_t scalar, int threads) {
  return scalar == sizeof(float)
             ? attention_buffer_bytes<float>(form, shape, threads)
             : attention_buffer_bytes<double>(form, shape, threads);
}

Cost attention(const AttentionShape& s, AttentionForm form,
               std::size_t scalar) {
  const std::size_t heads = s.batch * s.heads;
  const std::size_t logits = heads * s.queries * s.keys;
  const std::size_t weights =
      form == AttentionForm::materialised ? logits * scalar : 0;
  const std::size_t operands =
      scalar * s.batch * (s.heads * s.queries + s.heads_of_keys() * s.keys);
  Cost cost;
  cost[Part::scores] = {.macs = logits * s.qk_channels,
                        .bytes_moved = operands * s.qk_channels + weights};
  cost[Part::softmax] = {.logits = logits, .bytes_moved = 2 * weights};
  cost[Part::weighted_sum] = {.macs = logits * s.v_channels,
                              .bytes_moved = operands * s.v_channels + weights};
  return cost;
}

}  // namespace suite::formula
