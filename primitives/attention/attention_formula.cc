#include "primitives/attention/attention_formula.h"

#include "primitives/attention/attention_backward.h"

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

namespace {

template <class T>
std::uint64_t backward_buffers(const AttentionShape& shape, AttentionForm form,
                               int threads) {
  AttentionBackward<T> backward(form);
  Buffers buffers = Buffers::counting(threads);
  backward.lay_out(shape, buffers);
  return buffers.bytes();
}

}  // namespace

Cost attention_backward(const AttentionShape& s, AttentionForm form,
                        std::size_t scalar, int threads) {
  const bool streams = form == AttentionForm::streaming;
  const std::size_t heads = s.batch * s.heads;
  const std::size_t logits = heads * s.queries * s.keys;
  // Queries, keys and values and their gradients; or, where M×N matrices exist,
  // those and what is beside them in each product.
  const std::size_t operands =
      2 * scalar * s.batch * (s.heads * s.queries + s.heads_of_keys() * s.keys);
  const std::size_t matrices = streams ? 0 : 2 * logits * scalar;
  Cost cost;
  cost[Part::scores] = {.macs = (streams ? 3 : 2) * logits * s.qk_channels,
                        .bytes_moved = operands * s.qk_channels + matrices};
  cost[Part::softmax] = {.logits = streams ? logits : 0,
                         .bytes_moved = streams ? 0 : 3 * logits * scalar};
  cost[Part::weighted_sum] = {
      .macs = 2 * logits * s.v_channels,
      .bytes_moved = operands * s.v_channels + matrices};
  cost.bytes_held = scalar == sizeof(float)
                        ? backward_buffers<float>(s, form, threads)
                        : backward_buffers<double>(s, form, threads);
  return cost;
}

}  // namespace suite::formula
