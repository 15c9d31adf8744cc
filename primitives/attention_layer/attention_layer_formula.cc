#include "primitives/attention_layer/attention_layer_formula.h"

#include "primitives/attention/attention_formula.h"
#include "primitives/attention_layer/layer_traces.h"
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

Cost attend_backward(const AttentionShape& s, std::size_t channels,
                     std::size_t uses, std::size_t scalar, AttentionForm form,
                     int threads) {
  const std::size_t rows = s.batch * s.queries;
  const std::size_t qk = s.heads * s.qk_channels, v = s.heads * s.v_channels;
  const auto both = [&](std::size_t out, bool onto) {
    return linear_gradient(rows, channels, out, scalar) +
           linear_input_gradient(rows, channels, out, scalar, onto);
  };
  Cost cost = attention_backward(s, form, scalar, threads);
  cost[Part::query_projection] = both(qk, false);
  cost[Part::key_value_projection] = both(qk, true) + both(v, true);
  for (Work& part : cost.parts) part = uses * part;
  cost.bytes_held += scalar * rows * (2 * qk + v);
  return cost;
}

namespace {

std::size_t size(const AttendSizes::Extents& extents) {
  return extents[0] * extents[1] * extents[2];
}

// What forward's buffers hold only where no trace is kept.
std::size_t values_unused(const AttendSizes& sizes, AttentionForm form) {
  const AttentionShape shape =
      sizes.reads_inputs() ? sizes.cross.attention() : sizes.self;
  const bool weights = form == AttentionForm::materialised;
  return size(sizes.queries()) + size(sizes.keys()) + size(sizes.values()) +
         (weights ? shape.batch * shape.heads * shape.queries * shape.keys : 0);
}

}  // namespace

std::uint64_t attend_kept(const AttendSizes& sizes, std::size_t uses,
                          AttentionForm form, std::size_t scalar) {
  if (uses == 0) return 0;
  AttendTrace<float> trace;
  Buffers buffers = Buffers::counting(1);
  trace.lay_out(sizes, form, buffers);
  return scalar *
         (uses * buffers.bytes() / sizeof(float) - values_unused(sizes, form));
}

Cost attention_layer_keeping(const AttentionLayerSizes& sizes, std::size_t uses,
                             std::size_t scalar) {
  const AttentionLayerWidths& w = sizes.widths;
  Cost cost;
  cost[Part::mlp].bytes_moved =
      uses * 2 * scalar * sizes.batch * sizes.rows * w.widening * w.channels;
  return cost;
}

namespace {

// The backward of what a layer does beside its attention.
void add_rest_of_backward(const AttentionLayerWidths& w, std::size_t rows,
                          std::size_t uses, std::size_t scalar, Cost& cost) {
  const std::size_t D = w.channels, hidden = w.widening * D;
  // Both norms forward again, and their backwards.
  cost[Part::layer_norm] +=
      uses * Work{.bytes_moved = 2 * (2 + 4) * rows * D * scalar};
  cost[Part::output_projection] =
      uses * (linear_gradient(rows, w.v_channels, D, scalar) +
              linear_input_gradient(rows, w.v_channels, D, scalar));
  cost[Part::mlp] = uses * (linear_gradient(rows, D, hidden, scalar) +
                            linear_input_gradient(rows, D, hidden, scalar) +
                            linear_gradient(rows, hidden, D, scalar) +
                            linear_input_gradient(rows, hidden, D, scalar) +
                            Work{.bytes_moved = 4 * rows * hidden * scalar});
}

// Of what is counted, not of what is held.
template <class T>
std::uint64_t rest_of_backward_held(const AttentionLayerSizes& sizes,
                                    int threads) {
  AttentionLayerBackward<T> backward(sizes.form);
  Buffers buffers = Buffers::counting(threads);
  backward.lay_out_rest(sizes, buffers);
  return buffers.bytes();
}
std::uint64_t rest_of_backward_held(const AttentionLayerSizes& sizes,
                                    std::size_t scalar, int threads) {
  return scalar == sizeof(float)
             ? rest_of_backward_held<float>(sizes, threads)
             : rest_of_backward_held<double>(sizes, threads);
}

}  // namespace

Cost attention_layer_backward(const AttentionLayerSizes& sizes,
                              std::size_t uses, bool d_inputs,
                              std::size_t scalar, int threads) {
  const AttentionLayerWidths& w = sizes.widths;
  const AttendSizes attend = sizes.attend();
  if (!attend.reads_inputs()) {
    return layer_with_mixer_backward(
        sizes, uses,
        attention_backward(attend.self, sizes.form, scalar, threads), scalar,
        threads);
  }
  Cost cost = cross_attention_backward(attend.cross, w.channels, w.plan, uses,
                                       sizes.form, d_inputs, scalar, threads);
  add_rest_of_backward(w, sizes.batch * sizes.rows, uses, scalar, cost);
  cost.bytes_held += rest_of_backward_held(sizes, scalar, threads);
  return cost;
}

Cost layer_with_mixer_backward(const AttentionLayerSizes& sizes,
                               std::size_t uses, const Cost& mixer,
                               std::size_t scalar, int threads) {
  const AttentionLayerWidths& w = sizes.widths;
  const std::size_t rows = sizes.batch * sizes.rows, D = w.channels;
  Cost cost = mixer;
  cost[Part::query_projection] +=
      linear_gradient(rows, D, w.qk_channels, scalar) +
      linear_input_gradient(rows, D, w.qk_channels, scalar);
  const auto through = [&](std::size_t width) {
    return linear_gradient(rows, D, width, scalar) +
           linear_input_gradient(rows, D, width, scalar, /*onto=*/true);
  };
  cost[Part::key_value_projection] += through(w.values());
  if (!w.shared_keys) cost[Part::key_value_projection] += through(w.keys());
  const std::size_t keys = w.shared_keys ? 0 : w.keys();
  for (Work& part : cost.parts) part = uses * part;
  add_rest_of_backward(w, rows, uses, scalar, cost);
  cost.bytes_held += scalar * rows * (w.qk_channels + keys + w.values()) +
                     rest_of_backward_held(sizes, scalar, threads);
  return cost;
}

namespace {

template <class T>
std::uint64_t traces_held(const AttentionLayerSizes& sizes, std::size_t uses,
                          Keep keep, int threads) {
  LayerTraces<T> traces(keep);
  Buffers buffers = Buffers::counting(threads);
  traces.lay_out(uses, sizes, buffers);
  return buffers.bytes();
}

}  // namespace

std::uint64_t traces_held(const AttentionLayerSizes& sizes, std::size_t uses,
                          Keep keep, std::size_t scalar, int threads) {
  return scalar == sizeof(float)
             ? traces_held<float>(sizes, uses, keep, threads)
             : traces_held<double>(sizes, uses, keep, threads);
}

std::uint64_t buffers_unused(const AttentionLayerSizes& sizes, Keep keep,
                             std::size_t scalar) {
  // Where a layer's forward runs once more, it runs without a trace before.
  if (keep == Keep::recompute) return 0;
  return scalar * (values_unused(sizes.attend(), sizes.form) +
                   sizes.batch * sizes.rows * sizes.widths.v_channels);
}

}  // namespace suite::formula
