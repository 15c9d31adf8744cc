#include "contract/formula.h"

#include "primitives/attention/streaming.h"

namespace suite::formula {
namespace {

std::uint64_t attention_buffers(const AttentionShape& shape, AttentionForm form,
                                std::size_t scalar, int threads) {
  const bool single = scalar == sizeof(float);
  if (form == AttentionForm::materialised) {
    return single ? MaterialisedAttention<float>::buffer_bytes(shape, threads)
                  : MaterialisedAttention<double>::buffer_bytes(shape, threads);
  }
  return single ? StreamingAttention<float>::buffer_bytes(shape, threads)
                : StreamingAttention<double>::buffer_bytes(shape, threads);
}

Work layer_norm(std::size_t rows, std::size_t channels, std::size_t scalar) {
  return {.bytes_moved = 2 * rows * channels * scalar};
}

}  // namespace

Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto) {
  return {.macs = rows * in * out,
          .bytes_moved =
              scalar * (rows * in + in * out + (onto ? 2 : 1) * rows * out)};
}

std::size_t linear_parameters(std::size_t in, std::size_t out, Bias bias) {
  return in * out + (bias == Bias::with ? out : 0);
}

Cost attention(const AttentionShape& s, AttentionForm form,
               std::size_t scalar) {
  const std::size_t heads = s.batch * s.heads;
  const std::size_t logits = heads * s.queries * s.keys;
  const std::size_t weights =
      form == AttentionForm::materialised ? logits * scalar : 0;
  const std::size_t operands = heads * (s.queries + s.keys) * scalar;
  Cost cost;
  cost[Part::scores] = {.macs = logits * s.qk_channels,
                        .bytes_moved = operands * s.qk_channels + weights};
  cost[Part::softmax] = {.logits = logits, .bytes_moved = 2 * weights};
  cost[Part::weighted_sum] = {.macs = logits * s.v_channels,
                              .bytes_moved = operands * s.v_channels + weights};
  return cost;
}

Cost attend(const Attend& s, Bias bias, AttentionForm form, std::size_t scalar,
            int threads) {
  require(s.qk_channels % s.heads == 0 && s.v_channels % s.heads == 0,
          "{} heads do not divide {} query and {} value channels", s.heads,
          s.qk_channels, s.v_channels);
  const std::size_t rows = s.batch * s.rows, inputs = s.batch * s.input_rows;
  const AttentionShape shape{s.batch,
                             s.rows,
                             s.input_rows,
                             s.heads,
                             s.qk_channels / s.heads,
                             s.v_channels / s.heads};
  Cost cost = attention(shape, form, scalar);
  cost[Part::query_projection] =
      linear(rows, s.channels, s.qk_channels, scalar);
  cost[Part::key_value_projection] =
      linear(inputs, s.input_channels, s.qk_channels, scalar) +
      linear(inputs, s.input_channels, s.v_channels, scalar);
  cost.parameters = linear_parameters(s.channels, s.qk_channels, bias) +
                    linear_parameters(s.input_channels, s.qk_channels, bias) +
                    linear_parameters(s.input_channels, s.v_channels, bias);
  cost.bytes_held = attention_buffers(shape, form, scalar, threads) +
                    scalar * (rows * s.qk_channels +
                              inputs * (s.qk_channels + s.v_channels));
  return cost;
}

Cost input_encoding(const InputEncodingWidths& w, std::size_t batch,
                    std::size_t scalar) {
  Cost cost;
  if (w.positions == Positions::none) return cost;
  const std::size_t encoded = w.encoded_channels();
  const bool learned = w.positions == Positions::learned;
  const std::size_t table = w.inputs * (learned ? encoded : encoded - w.channels);
  const std::size_t inputs = batch * w.inputs;
  cost[Part::position_encoding].bytes_moved =
      scalar * (inputs * (w.channels + encoded) + table);
  cost.parameters = learned ? table : 0;
  cost.bytes_held = scalar * ((learned ? 0 : table) + inputs * encoded);
  return cost;
}

Cost attention_layer(const AttentionLayerWidths& w, std::size_t batch,
                     std::size_t rows, std::size_t input_rows,
                     AttentionForm form, std::size_t scalar, int threads) {
  const bool cross = w.input_channels > 0;
  const std::size_t D = w.channels, hidden = w.widening * D;
  const std::size_t C = cross ? w.input_channels : D;
  const std::size_t N = cross ? input_rows : rows;
  const std::size_t all_rows = batch * rows, all_inputs = batch * N;
  Cost cost = attend(
      {batch, rows, D, N, C, w.qk_channels, w.v_channels, w.heads},
      Bias::with, form, scalar, threads);
  cost[Part::layer_norm] = 2 * layer_norm(all_rows, D, scalar);
  cost[Part::output_projection] =
      linear(all_rows, w.v_channels, D, scalar, w.query_residual);
  cost[Part::mlp] = linear(all_rows, D, hidden, scalar) +
                    linear(all_rows, hidden, D, scalar, /*onto=*/true);
  cost.parameters += 2 * 2 * D + linear_parameters(w.v_channels, D) +
                     linear_parameters(D, hidden) +
                     linear_parameters(hidden, D);
  cost.bytes_held += scalar * all_rows * (D + w.v_channels + hidden);
  if (cross) {
    cost[Part::layer_norm] += layer_norm(all_inputs, C, scalar);
    cost.parameters += 2 * C;
    cost.bytes_held += scalar * all_inputs * C;
  }
  return cost;
}

}  // namespace suite::formula
