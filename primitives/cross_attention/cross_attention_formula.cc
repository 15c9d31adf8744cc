#include "primitives/cross_attention/cross_attention_formula.h"

#include <algorithm>
#include <vector>

#include "primitives/attention/attention_formula.h"
#include "primitives/attention/attention_state.h"
#include "primitives/cross_attention/cross_attention.h"
#include "primitives/cross_attention/cross_attention_backward.h"
#include "primitives/layers/linear_formula.h"

namespace suite::formula {
namespace {

// What a rank has seen, of all latents and heads of all examples: a weighted
// sum, a sum and a reference of each, latents padded to whole panels.
std::uint64_t states_bytes(const CrossAttentionShape& s, std::size_t v_channels,
                           std::size_t scalar) {
  const std::size_t state =
      scalar == sizeof(float)
          ? AttentionState<float>::size(s.latents, v_channels)
          : AttentionState<double>::size(s.latents, v_channels);
  return scalar * s.batch * s.heads * state;
}

// An all-reduce by halves sends, there and back, what is left before each
// round: all, a half, a quarter, in whole panels.
template <class T>
std::uint64_t all_reduce_bytes(const CrossAttentionShape& s,
                               const InputShare& share,
                               std::size_t v_channels) {
  std::vector<std::uint64_t> before = {0};  // bytes, of each panel
  for (std::size_t state = 0; state < s.batch * s.heads; ++state) {
    for_each_panel<T>(s.latents, [&](std::size_t, auto vectors) {
      before.push_back(before.back() +
                       sizeof(T) * vectors * kLanes<T> * (2 + v_channels));
    });
  }
  std::size_t first = 0, end = before.size() - 1;
  std::uint64_t bytes = 0;
  for (std::size_t round = 0; round < share.rounds(); ++round) {
    bytes += before[end] - before[first];
    const bool high = share.rank >> round & 1;
    (high ? first : end) = first + (end - first) / 2;
  }
  return bytes;
}

std::uint64_t sent_bytes(const CrossAttentionShape& s,
                         const CrossAttentionPlan& plan, std::size_t v_channels,
                         std::size_t scalar) {
  if (plan.merge == RankMerge::tree) {
    return plan.share.rounds() * states_bytes(s, v_channels, scalar);
  }
  return scalar == sizeof(float)
             ? all_reduce_bytes<float>(s, plan.share, v_channels)
             : all_reduce_bytes<double>(s, plan.share, v_channels);
}

// One pass over the inputs: they are read, keys and values never leave the
// cache.
Cost one_pass(const CrossAttentionShape& s, const CrossAttentionPlan& plan,
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
  cost[Part::exchange].bytes_moved =
      sent_bytes(s, plan, value / s.heads, scalar);
  return cost;
}

// Keys and values of all inputs, into memory.
Cost keys_and_values(const CrossAttentionShape& s, std::size_t scalar) {
  const std::size_t N = s.batch * s.inputs, C = s.channels;
  const std::size_t width = s.qk_channels + s.v_channels;
  Cost cost;
  Work& maps = cost[Part::key_value_projection];
  (s.normed ? cost[Part::layer_norm] : maps).bytes_moved += N * C * scalar;
  maps += {.macs = N * C * width, .bytes_moved = scalar * width * (C + N)};
  return cost;
}

}  // namespace

std::uint64_t cross_attention_buffers(const CrossAttentionShape& shape,
                                      AttentionForm form,
                                      const CrossAttentionPlan& plan,
                                      std::size_t scalar, int threads) {
  return scalar == sizeof(float)
             ? CrossAttention<float>::buffer_bytes(shape, form, plan, threads)
             : CrossAttention<double>::buffer_bytes(shape, form, plan, threads);
}

Cost cross_attention(const CrossAttentionShape& s, std::size_t width,
          const CrossAttentionPlan& plan, std::size_t uses, Bias bias,
          AttentionForm form, std::size_t scalar, int threads) {
  require(s.qk_channels % s.heads == 0 && s.v_channels % s.heads == 0,
          "{} heads do not divide {} query and {} value channels", s.heads,
          s.qk_channels, s.v_channels);
  const std::size_t M = s.batch * s.latents;
  const bool kept = plan.keep || form == AttentionForm::materialised;
  Cost cost = uses * (kept ? attention(s.attention(), form, scalar)
                           : one_pass(s, plan, scalar));
  if (kept) cost += (plan.keep ? 1 : uses) * keys_and_values(s, scalar);
  cost[Part::query_projection] =
      uses * linear(M, width, s.qk_channels, scalar);
  cost.parameters = linear_parameters(width, s.qk_channels, bias) +
                    linear_parameters(s.channels, s.qk_channels, bias) +
                    linear_parameters(s.channels, s.v_channels, bias);
  cost.bytes_held = cross_attention_buffers(s, form, plan, scalar, threads) +
                    scalar * M * s.qk_channels;
  return cost;
}

namespace {

template <class T>
std::uint64_t backward_buffers(const CrossAttentionShape& shape,
                               AttentionForm form,
                               const CrossAttentionPlan& plan, bool d_inputs,
                               int threads) {
  CrossAttentionBackward<T> backward(form);
  Buffers buffers = Buffers::counting(threads);
  backward.lay_out(shape, plan, d_inputs, buffers);
  return buffers.bytes();
}

// A tile at a time. As written: keys or values again, and the contraction of
// their gradients. Folded: `products` of the latents' side.
Work map_backward(const CrossAttentionShape& s, std::size_t width, bool folded,
                  std::size_t products, bool d_inputs, std::size_t scalar) {
  const std::size_t N = s.batch * s.inputs, M = s.batch * s.latents;
  const std::size_t C = s.channels;
  if (!folded) {
    return {.macs = (d_inputs ? 3 : 2) * N * C * width,
            .bytes_moved = 3 * scalar * C * width};
  }
  return products * Work{.macs = M * C * width,
                         .bytes_moved = scalar * (M * width + C * width +
                                                  M * s.heads * C)};
}

Cost one_pass_backward(const CrossAttentionShape& s,
                       const CrossAttentionPlan& plan, bool d_inputs,
                       std::size_t scalar) {
  const std::size_t N = s.batch * s.inputs, M = s.batch * s.latents;
  const std::size_t C = s.channels, qk = s.qk_channels, v = s.v_channels;
  const std::size_t logits = s.heads * M * s.inputs;
  const std::size_t read = (d_inputs ? 3 : 1) * N * C * scalar;
  const bool keys = plan.fold_keys, values = plan.fold_values;
  Cost cost;
  Work& maps = cost[Part::key_value_projection];
  maps = map_backward(s, qk, keys, 3, d_inputs, scalar) +
         map_backward(s, v, values, 2, d_inputs, scalar);
  (s.normed ? cost[Part::layer_norm] : maps).bytes_moved += read;
  if (s.normed) {
    cost[Part::layer_norm].macs =
        C * ((keys ? 1 : 2) * qk + (values ? 2 : 3) * v);
  }
  const std::size_t key = keys ? C : qk / s.heads;
  const std::size_t value = values ? C : v / s.heads;
  cost[Part::scores] = {.macs = (keys && !d_inputs ? 2 : 3) * logits * key,
                        .bytes_moved = 2 * scalar * M * s.heads * key};
  cost[Part::softmax] = {.logits = logits};
  cost[Part::weighted_sum] = {
      .macs = (values && !d_inputs ? 1 : 2) * logits * value,
      .bytes_moved = 2 * scalar * M * s.heads * value};
  return cost;
}

// As autograd would: keys and values of all inputs, and their gradients.
Cost materialised_backward(const CrossAttentionShape& s, bool d_inputs,
                           std::size_t scalar, int threads) {
  const std::size_t N = s.batch * s.inputs, C = s.channels;
  Cost cost = attention_backward(s.attention(), AttentionForm::materialised,
                                 scalar, threads);
  cost += keys_and_values(s, scalar);
  Work& maps = cost[Part::key_value_projection];
  maps += linear_gradient(N, C, s.qk_channels, scalar) +
          linear_gradient(N, C, s.v_channels, scalar);
  if (s.normed) {
    cost[Part::layer_norm].bytes_moved += (2 + 4) * N * C * scalar;
  }
  if (!s.normed && !d_inputs) return cost;
  maps += linear_input_gradient(N, C, s.qk_channels, scalar, !s.normed) +
          linear_input_gradient(N, C, s.v_channels, scalar, true);
  return cost;
}

}  // namespace

std::uint64_t cross_attention_backward_buffers(const CrossAttentionShape& shape,
                                               AttentionForm form,
                                               const CrossAttentionPlan& plan,
                                               bool d_inputs,
                                               std::size_t scalar,
                                               int threads) {
  return scalar == sizeof(float)
             ? backward_buffers<float>(shape, form, plan, d_inputs, threads)
             : backward_buffers<double>(shape, form, plan, d_inputs, threads);
}

Cost cross_attention_backward(const CrossAttentionShape& s, std::size_t width,
                              const CrossAttentionPlan& plan, std::size_t uses,
                              AttentionForm form, bool d_inputs,
                              std::size_t scalar, int threads) {
  const std::size_t M = s.batch * s.latents;
  Cost cost =
      uses * (form == AttentionForm::streaming
                  ? one_pass_backward(s, plan.of_pass(), d_inputs, scalar)
                  : materialised_backward(s, d_inputs, scalar, threads));
  cost[Part::query_projection] =
      uses * (linear_gradient(M, width, s.qk_channels, scalar) +
              linear_input_gradient(M, width, s.qk_channels, scalar));
  cost.bytes_held = scalar * M * s.qk_channels +
                    cross_attention_backward_buffers(s, form, plan, d_inputs,
                                                     scalar, threads);
  return cost;
}

CrossAttentionPlan cheapest_plan(const CrossAttentionShape& s, std::size_t uses,
                                 AttentionForm form, std::size_t scalar) {
  std::vector<CrossAttentionPlan> plans = {{}};
  if (form == AttentionForm::streaming) {
    plans.push_back({.fold_keys = true});
    plans.push_back({.fold_values = true});
    plans.push_back({.fold_keys = true, .fold_values = true});
  }
  const std::uint64_t kept =
      scalar * s.batch * s.inputs * (s.qk_channels + s.v_channels);
  if (uses > 1 && kept <= kMostKeptBytes) plans.push_back({.keep = true});
  const auto macs = [&](const CrossAttentionPlan& plan) {
    return cross_attention(s, s.qk_channels, plan, uses, Bias::without, form, scalar, 1)
        .total()
        .macs;
  };
  return *std::min_element(
      plans.begin(), plans.end(),
      [&](const CrossAttentionPlan& a, const CrossAttentionPlan& b) {
        return macs(a) < macs(b);
      });
}

}  // namespace suite::formula
