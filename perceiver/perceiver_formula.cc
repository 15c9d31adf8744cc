#include "perceiver/perceiver_formula.h"

#include <algorithm>
#include <vector>

#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/layers/input_encoding_formula.h"

namespace suite::formula {
namespace {

// All cross-attentions of one forward. Sets share their buffers, but for those
// that one plan needs and another doesn't.
Cost cross_cost(const PerceiverConfig& config, std::size_t batch,
                std::size_t scalar, int threads) {
  Cost all;
  std::vector<CrossAttentionPlan> plans;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    const AttentionLayerWidths widths = config.cross_of(set, batch, scalar);
    const Cost cost = attention_layer(
        widths, batch, config.latents, config.own_inputs(),
        config.cross_sets.uses_of(set), config.attention, scalar, threads);
    const bool is_new =
        std::find(plans.begin(), plans.end(), widths.plan) == plans.end();
    const std::uint64_t held = all.bytes_held;
    all += cost;
    if (!plans.empty()) {
      all.bytes_held =
          held + (is_new ? cross_attention_buffers(
                               config.cross_attention_shape(batch),
                               config.attention, widths.plan, scalar, threads)
                         : 0);
    }
    plans.push_back(widths.plan);
  }
  return all;
}

// One more use of each cross-attention, keys and values that are kept being
// there.
Cost cross_again(const PerceiverConfig& config, std::size_t batch,
                 std::size_t scalar, int threads) {
  Cost all;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    const std::size_t uses = config.cross_sets.uses_of(set);
    const auto cost = [&](std::size_t times) {
      return attention_layer(config.cross_of(set, batch, scalar), batch,
                             config.latents, config.input.inputs, times,
                             config.attention, scalar, threads);
    };
    all += uses * (cost(2) - cost(1));
  }
  return all;
}

// A role of the model: its layers, those of each set of weights alike.
struct LayersUsed {
  AttentionLayerSizes sizes;
  std::size_t uses;
};

std::vector<LayersUsed> cross_layers(const PerceiverConfig& config,
                                     std::size_t batch, std::size_t scalar) {
  std::vector<LayersUsed> role;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    role.push_back({{config.cross_of(set, batch, scalar), batch, config.latents,
                     config.input.inputs, config.attention},
                    config.cross_sets.uses_of(set)});
  }
  return role;
}

// What a role keeps for its backward.
std::uint64_t traces_of(const std::vector<LayersUsed>& role, Keep keep,
                        std::size_t scalar, int threads) {
  std::uint64_t held = 0;
  LayersUsed all{role.front().sizes, 0};
  for (const auto& [sizes, uses] : role) {
    held += traces_held(sizes, uses, keep, scalar, threads);
    all.uses += uses;
    if (sizes.widths.plan.of_pass().fold_values) all.sizes = sizes;
  }
  if (keep == Keep::activations) return held;
  // One trace serves all layers, and has what any of them needs.
  return traces_held(all.sizes, all.uses, keep, scalar, threads);
}

// The backward of a role. Its sets share their buffers, but for those that one
// plan needs and another doesn't.
void add_backward(const std::vector<LayersUsed>& role, bool d_inputs, Keep keep,
                  std::size_t scalar, int threads, TrainingCost& cost) {
  if (role.empty()) return;
  std::vector<CrossAttentionPlan> plans;
  for (const auto& [sizes, uses] : role) {
    Cost backward =
        attention_layer_backward(sizes, uses, d_inputs, scalar, threads);
    const CrossAttentionPlan plan = sizes.widths.plan.of_pass();
    if (std::find(plans.begin(), plans.end(), plan) != plans.end()) {
      backward.bytes_held = 0;
    } else if (!plans.empty()) {
      backward.bytes_held = cross_attention_backward_buffers(
          sizes.attend().cross, sizes.form, plan, d_inputs, scalar, threads);
    }
    plans.push_back(plan);
    cost.backward += backward;
    cost.bytes_held += backward.bytes_held;
  }
  cost.bytes_held += traces_of(role, keep, scalar, threads) -
                     buffers_unused(role.front().sizes, keep, scalar);
}

}  // namespace

Cost perceiver(const PerceiverConfig& config, std::size_t batch,
               std::size_t scalar, int threads) {
  const std::size_t M = config.latents, D = config.latent.channels;
  const Cost latent =
      attention_layer(config.latent, batch, M, M, config.blocks * config.layers,
                      config.attention, scalar, threads);
  const Cost encoding = input_encoding(config.input, batch, scalar);
  const Cost cross = cross_cost(config, batch, scalar, threads);
  Cost cost = encoding + latent + cross;
  cost.parameters =
      encoding.parameters + M * D + cross.parameters +
      config.latent_sets.sets() * config.layers * latent.parameters;
  cost.bytes_held = encoding.bytes_held + cross.bytes_held +
                    (config.layers > 0 ? latent.bytes_held : 0) +
                    scalar * batch * M * D;
  return cost;
}

TrainingCost perceiver_training(const PerceiverConfig& config,
                                std::size_t batch, bool d_inputs,
                                std::size_t scalar, int threads, Keep keep) {
  const std::size_t M = config.latents;
  const std::size_t thinks = config.blocks * config.layers;
  const std::vector<LayersUsed> cross = cross_layers(config, batch, scalar);
  const LayersUsed latent{{config.latent, batch, M, 0, config.attention},
                          thinks};
  Cost keeping = attention_layer_keeping(latent.sizes, thinks, scalar);
  for (const auto& [sizes, uses] : cross) {
    keeping += attention_layer_keeping(sizes, uses, scalar);
  }
  TrainingCost cost;
  cost.forward = perceiver(config, batch, scalar, threads);
  cost.bytes_held =
      cost.forward.bytes_held + scalar * batch * M * config.latent.channels;
  add_backward(cross, d_inputs, keep, scalar, threads, cost);
  if (thinks > 0) {
    add_backward({latent}, /*d_inputs=*/false, keep, scalar, threads, cost);
  }
  if (keep == Keep::activations) {
    cost.forward += keeping;
  } else {
    cost.backward += keeping + cross_again(config, batch, scalar, threads) +
                     attention_layer(config.latent, batch, M, M, thinks,
                                     config.attention, scalar, threads);
  }
  return cost;
}

}  // namespace suite::formula
