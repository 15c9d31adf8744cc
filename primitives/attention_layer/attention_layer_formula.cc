#include "primitives/attention_layer/attention_layer_formula.h"

#include "primitives/attention/attention_formula.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/layers/linear_formula.h"

namespace suite::formula {
namespace {

Work layer_norm(std::size_t rows, std::size_t channels, std::size_t scalar) {
  return {.bytes_moved = 2 * rows * channels * scalar};
}

void require_heads(std::size_t heads, std::size_t qk, std::size_t v) {
  require(qk % heads == 0 && v % heads == 0,
          "{} heads do not divide {} query and {} value channels", heads, qk,
          v);
}

// What a layer does beside its attention: norms, output projection and MLP.
void add_rest_of_layer(const AttentionLayerWidths& w, std::size_t rows,
                       std::size_t uses, std::size_t scalar, Cost& cost) {
  const std::size_t D = w.channels, hidden = w.widening * D;
  cost[Part::layer_norm] += uses * (2 * layer_norm(rows, D, scalar));
  cost[Part::output_projection] =
      uses * linear(rows, w.v_channels, D, scalar, w.query_residual);
  cost[Part::mlp] = uses * (linear(rows, D, hidden, scalar) +
                            linear(rows, hidden, D, scalar, /*onto=*/true));
  cost.parameters += 2 * 2 * D + linear_parameters(w.v_channels, D) +
                     linear_parameters(D, hidden) +
                     linear_parameters(hidden, D);
  cost.bytes_held += scalar * rows * (D + w.v_channels + hidden);
}

}  // namespace

Cost attend(const Attend& s, Bias bias, AttentionForm form, std::size_t scalar,
            int threads) {
  require_heads(s.heads, s.qk_channels, s.v_channels);
  const std::size_t rows = s.batch * s.rows, D = s.channels;
  const AttentionShape shape{s.batch,
                             s.rows,
                             s.rows,
                             s.heads,
                             s.qk_channels / s.heads,
                             s.v_channels / s.heads};
  Cost cost = attention(shape, form, scalar);
  cost[Part::query_projection] = linear(rows, D, s.qk_channels, scalar);
  cost[Part::key_value_projection] = linear(rows, D, s.qk_channels, scalar) +
                                     linear(rows, D, s.v_channels, scalar);
  cost.parameters = 2 * linear_parameters(D, s.qk_channels, bias) +
                    linear_parameters(D, s.v_channels, bias);
  cost.bytes_held = attention_buffers(shape, form, scalar, threads) +
                    scalar * rows * (2 * s.qk_channels + s.v_channels);
  return cost;
}

Cost attention_layer(const AttentionLayerWidths& w, std::size_t batch,
                     std::size_t rows, std::size_t input_rows, std::size_t uses,
                     AttentionForm form, std::size_t scalar, int threads) {
  if (w.input_channels == 0) {
    require_heads(w.heads, w.qk_channels, w.v_channels);
    const AttentionShape shape{batch,   rows,
                               rows,    w.heads,
                               w.qk_channels / w.heads, w.v_channels / w.heads};
    Cost mixer = attention(shape, form, scalar);
    mixer.bytes_held = attention_buffers(shape, form, scalar, threads);
    return layer_with_mixer(w, batch, rows, uses, mixer, scalar);
  }
  Cost cost = cross_attention({batch, rows, input_rows, w.input_channels, w.qk_channels,
                    w.v_channels, w.heads},
                   w.channels, w.plan, uses, Bias::with, form, scalar, threads);
  cost.parameters += 2 * w.input_channels;
  add_rest_of_layer(w, batch * rows, uses, scalar, cost);
  return cost;
}

Cost layer_with_mixer(const AttentionLayerWidths& w, std::size_t batch,
                      std::size_t rows, std::size_t uses, const Cost& mixer,
                      std::size_t scalar) {
  const std::size_t all_rows = batch * rows, D = w.channels;
  Cost cost = mixer;
  cost[Part::query_projection] += linear(all_rows, D, w.qk_channels, scalar);
  cost[Part::key_value_projection] += linear(all_rows, D, w.values(), scalar);
  cost.parameters += linear_parameters(D, w.qk_channels) +
                     linear_parameters(D, w.values());
  cost.bytes_held += scalar * all_rows * (w.qk_channels + w.values());
  if (!w.shared_keys) {
    cost[Part::key_value_projection] += linear(all_rows, D, w.keys(), scalar);
    cost.parameters += linear_parameters(D, w.keys());
    cost.bytes_held += scalar * all_rows * w.keys();
  }
  for (Work& part : cost.parts) part = uses * part;
  add_rest_of_layer(w, all_rows, uses, scalar, cost);
  return cost;
}

}  // namespace suite::formula
