#include "contract/formula.h"

#include <algorithm>
#include <vector>

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

// One pass over the inputs: they are read, keys and values never leave the
// cache.
Cost streaming_read(const ReadShape& s, const ReadPlan& plan,
                    std::size_t scalar) {
  const std::size_t N = s.batch * s.inputs, M = s.batch * s.latents;
  const std::size_t C = s.channels, qk = s.qk_channels, v = s.v_channels;
  const std::size_t wide = s.heads * C;
  const std::size_t logits = s.heads * M * s.inputs;
  Cost cost;
  Work& maps = cost[Part::key_value_projection];
  const std::size_t read = N * C * scalar;
  (s.normed ? cost[Part::layer_norm] : maps).bytes_moved += read;
  if (!plan.fold_keys) maps += {.macs = N * C * qk, .bytes_moved = scalar * C * qk};
  if (!plan.fold_values) maps += {.macs = N * C * v, .bytes_moved = scalar * C * v};
  if (plan.fold_keys) {
    maps += {.macs = M * qk * C,
             .bytes_moved = scalar * (M * qk + qk * C + M * wide)};
  }
  if (plan.fold_values) {
    maps += {.macs = M * C * v,
             .bytes_moved = scalar * (M * wide + C * v + M * v)};
  }
  const std::size_t key = plan.fold_keys ? wide : qk;
  const std::size_t value = plan.fold_values ? wide : v;
  cost[Part::scores] = {.macs = logits * (key / s.heads),
                        .bytes_moved = scalar * M * key};
  cost[Part::softmax] = {.logits = logits};
  cost[Part::weighted_sum] = {.macs = logits * (value / s.heads),
                              .bytes_moved = scalar * M * value};
  return cost;
}

// Keys and values of all inputs, into memory.
Cost keys_and_values(const ReadShape& s, std::size_t scalar) {
  const std::size_t N = s.batch * s.inputs, C = s.channels;
  const std::size_t width = s.qk_channels + s.v_channels;
  Cost cost;
  Work& maps = cost[Part::key_value_projection];
  (s.normed ? cost[Part::layer_norm] : maps).bytes_moved += N * C * scalar;
  maps += {.macs = N * C * width, .bytes_moved = scalar * width * (C + N)};
  return cost;
}

// What a layer does beside mixing: norms, output projection and MLP.
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

std::uint64_t reader_buffers(const ReadShape& shape, AttentionForm form,
                             const ReadPlan& plan, std::size_t scalar,
                             int threads) {
  return scalar == sizeof(float)
             ? InputReader<float>::buffer_bytes(shape, form, plan, threads)
             : InputReader<double>::buffer_bytes(shape, form, plan, threads);
}

std::uint64_t attention_buffers(const AttentionShape& shape, AttentionForm form,
                                std::size_t scalar, int threads) {
  return scalar == sizeof(float)
             ? attention_buffer_bytes<float>(form, shape, threads)
             : attention_buffer_bytes<double>(form, shape, threads);
}

Work linear(std::size_t rows, std::size_t in, std::size_t out,
            std::size_t scalar, bool onto) {
  return {.macs = rows * in * out,
          .bytes_moved =
              scalar * (rows * in + in * out + (onto ? 2 : 1) * rows * out)};
}

std::size_t linear_parameters(std::size_t in, std::size_t out, Bias bias) {
  return in * out + (bias == Bias::with ? out : 0);
}

Cost input_projection(std::size_t rows, std::size_t in, std::size_t out,
                      std::size_t scalar) {
  Cost cost;
  if (in == out) return cost;
  cost[Part::input_projection] = linear(rows, in, out, scalar);
  cost.parameters = linear_parameters(in, out);
  return cost;
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

Cost read(const ReadShape& s, std::size_t width, const ReadPlan& plan,
          std::size_t uses, Bias bias, AttentionForm form, std::size_t scalar,
          int threads) {
  require_heads(s.heads, s.qk_channels, s.v_channels);
  const std::size_t M = s.batch * s.latents;
  const bool kept = plan.keep || form == AttentionForm::materialised;
  Cost cost = uses * (kept ? attention(s.attention(), form, scalar)
                           : streaming_read(s, plan, scalar));
  if (kept) cost += (plan.keep ? 1 : uses) * keys_and_values(s, scalar);
  cost[Part::query_projection] =
      uses * linear(M, width, s.qk_channels, scalar);
  cost.parameters = linear_parameters(width, s.qk_channels, bias) +
                    linear_parameters(s.channels, s.qk_channels, bias) +
                    linear_parameters(s.channels, s.v_channels, bias);
  cost.bytes_held = reader_buffers(s, form, plan, scalar, threads) +
                    scalar * M * s.qk_channels;
  return cost;
}

ReadPlan cheapest_plan(const ReadShape& s, std::size_t uses,
                       AttentionForm form, std::size_t scalar) {
  std::vector<ReadPlan> plans = {{}};
  if (form == AttentionForm::streaming) {
    plans.push_back({.fold_keys = true});
    plans.push_back({.fold_values = true});
    plans.push_back({.fold_keys = true, .fold_values = true});
  }
  const std::uint64_t kept =
      scalar * s.batch * s.inputs * (s.qk_channels + s.v_channels);
  if (uses > 1 && kept <= kMostKeptBytes) plans.push_back({.keep = true});
  const auto macs = [&](const ReadPlan& plan) {
    return read(s, s.qk_channels, plan, uses, Bias::without, form, scalar, 1)
        .total()
        .macs;
  };
  return *std::min_element(plans.begin(), plans.end(),
                           [&](const ReadPlan& a, const ReadPlan& b) {
                             return macs(a) < macs(b);
                           });
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
                     std::size_t rows, std::size_t input_rows, std::size_t uses,
                     AttentionForm form, std::size_t scalar, int threads) {
  if (w.input_channels == 0) {
    require_heads(w.heads, w.qk_channels, w.v_channels);
    const AttentionShape shape{batch,   rows,
                               rows,    w.heads,
                               w.qk_channels / w.heads, w.v_channels / w.heads};
    Cost mixing = attention(shape, form, scalar);
    mixing.bytes_held = attention_buffers(shape, form, scalar, threads);
    return mixing_layer(w, batch, rows, uses, mixing, scalar);
  }
  Cost cost = read({batch, rows, input_rows, w.input_channels, w.qk_channels,
                    w.v_channels, w.heads},
                   w.channels, w.plan, uses, Bias::with, form, scalar, threads);
  cost.parameters += 2 * w.input_channels;
  add_rest_of_layer(w, batch * rows, uses, scalar, cost);
  return cost;
}

Cost mixing_layer(const AttentionLayerWidths& w, std::size_t batch,
                  std::size_t rows, std::size_t uses, const Cost& mixing,
                  std::size_t scalar) {
  const std::size_t all_rows = batch * rows, D = w.channels;
  Cost cost = mixing;
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
