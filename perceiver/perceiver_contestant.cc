// What the Perceiver signs: its facts, declared cost and true answer.
#include <algorithm>
#include <sstream>

#include "contract/registry.h"
#include "perceiver/perceiver.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/layers/input_encoding_formula.h"

namespace suite {
namespace {

// All cross-attentions of one forward. Sets share their buffers, but for those
// that one plan needs and another doesn't.
Cost cross_cost(const PerceiverConfig& config, const Shape& shape,
                std::size_t scalar, int threads) {
  Cost all;
  std::vector<CrossAttentionPlan> plans;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    const AttentionLayerWidths widths =
        config.cross_of(set, shape.batch, scalar);
    const Cost cost = formula::attention_layer(
        widths, shape.batch, shape.M, shape.N, config.cross_sets.uses_of(set),
        config.attention, scalar, threads);
    const bool is_new = std::find(plans.begin(), plans.end(), widths.plan) ==
                        plans.end();
    const std::uint64_t held = all.bytes_held;
    all += cost;
    if (!plans.empty()) {
      all.bytes_held =
          held + (is_new ? formula::cross_attention_buffers(
                               config.cross_attention_shape(shape.batch),
                               config.attention, widths.plan, scalar, threads)
                         : 0);
    }
    plans.push_back(widths.plan);
  }
  return all;
}

Cost perceiver_cost(const Shape& shape, const Options& options,
                    std::size_t scalar, int threads) {
  const PerceiverConfig config(shape, options);
  const std::size_t M = shape.M, N = shape.N, D = shape.D;
  const Cost latent = formula::attention_layer(
      config.latent, shape.batch, M, M, shape.B * shape.L, config.attention,
      scalar, threads);
  const Cost encoding =
      formula::input_encoding(config.input, shape.batch, scalar);

  const Cost cross = cross_cost(config, shape, scalar, threads);
  Cost cost = encoding + latent + cross;
  cost.parameters = encoding.parameters + M * D + cross.parameters +
                    config.latent_sets.sets() * shape.L * latent.parameters;
  cost.bytes_held = encoding.bytes_held + cross.bytes_held +
                    (shape.L > 0 ? latent.bytes_held : 0) +
                    scalar * (cost.parameters + shape.batch * N * shape.C +
                              shape.batch * M * D);
  return cost;
}

// One more use of each cross-attention, keys and values that are kept being
// there.
Cost cross_again(const PerceiverConfig& config, const Shape& shape,
                 std::size_t scalar, int threads) {
  Cost all;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    const std::size_t uses = config.cross_sets.uses_of(set);
    const auto cost = [&](std::size_t times) {
      return formula::attention_layer(config.cross_of(set, shape.batch, scalar),
                                      shape.batch, shape.M, shape.N, times,
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
                                     const Shape& s, std::size_t scalar) {
  std::vector<LayersUsed> role;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    role.push_back({{config.cross_of(set, s.batch, scalar), s.batch, s.M, s.N,
                     config.attention},
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
    held += formula::traces_held(sizes, uses, keep, scalar, threads);
    all.uses += uses;
    if (sizes.widths.plan.of_pass().fold_values) all.sizes = sizes;
  }
  if (keep == Keep::activations) return held;
  // One trace serves all layers, and has what any of them needs.
  return formula::traces_held(all.sizes, all.uses, keep, scalar, threads);
}

// The backward of a role. Its sets share their buffers, but for those that one
// plan needs and another doesn't.
void add_backward(const std::vector<LayersUsed>& role, bool d_inputs, Keep keep,
                  std::size_t scalar, int threads, TrainingCost& cost) {
  if (role.empty()) return;
  std::vector<CrossAttentionPlan> plans;
  for (const auto& [sizes, uses] : role) {
    Cost backward = formula::attention_layer_backward(sizes, uses, d_inputs,
                                                      scalar, threads);
    const CrossAttentionPlan plan = sizes.widths.plan.of_pass();
    if (std::find(plans.begin(), plans.end(), plan) != plans.end()) {
      backward.bytes_held = 0;
    } else if (!plans.empty()) {
      backward.bytes_held = formula::cross_attention_backward_buffers(
          sizes.attend().cross, sizes.form, plan, d_inputs, scalar, threads);
    }
    plans.push_back(plan);
    cost.backward += backward;
    cost.bytes_held += backward.bytes_held;
  }
  cost.bytes_held += traces_of(role, keep, scalar, threads) -
                     formula::buffers_unused(role.front().sizes, keep, scalar);
}

TrainingCost perceiver_training_cost(const Shape& s, const Options& options,
                                     std::size_t scalar, int threads,
                                     Keep keep) {
  const PerceiverConfig config(s, options);
  const std::size_t thinks = s.B * s.L;
  const std::vector<LayersUsed> cross = cross_layers(config, s, scalar);
  const LayersUsed latent{{config.latent, s.batch, s.M, 0, config.attention},
                          thinks};
  const bool learns = config.input.positions == Positions::learned;
  Cost keeping = formula::attention_layer_keeping(latent.sizes, thinks, scalar);
  for (const auto& [sizes, uses] : cross) {
    keeping += formula::attention_layer_keeping(sizes, uses, scalar);
  }
  TrainingCost cost;
  cost.forward = perceiver_cost(s, options, scalar, threads);
  cost.bytes_held =
      cost.forward.bytes_held +
      scalar * (cost.forward.parameters + 2 * s.batch * s.M * s.D +
                (learns ? s.batch * s.N * config.input.encoded_channels() : 0));
  add_backward(cross, learns, keep, scalar, threads, cost);
  if (thinks > 0) {
    add_backward({latent}, /*d_inputs=*/false, keep, scalar, threads, cost);
  }
  if (keep == Keep::activations) {
    cost.forward += keeping;
  } else {
    cost.backward +=
        keeping + cross_again(config, s, scalar, threads) +
        formula::attention_layer(config.latent, s.batch, s.M, s.M, thinks,
                                 config.attention, scalar, threads);
  }
  return cost;
}

// The plans of the sets that blocks go through, each once: "as_written, keep".
std::string perceiver_plan(const Shape& shape, const Options& options,
                           std::size_t scalar) {
  const PerceiverConfig config(shape, options);
  std::string text;
  for (std::size_t set = 0; set < config.cross_sets.sets(); ++set) {
    const std::string plan =
        config.cross_of(set, shape.batch, scalar).plan.text();
    if (text.find(plan) != std::string::npos) continue;
    text += (text.empty() ? "" : ", ") + plan;
  }
  return text.empty() ? "as_written" : text;
}

// What the options say, read here once more: the model's own reading of them is
// what the oracle is to judge.
bool reads_input(const std::string& cross_attends, std::size_t block) {
  if (cross_attends == "every") return true;
  if (cross_attends == "first") return block == 0;
  std::istringstream list(cross_attends);  // "0+2"
  for (std::string number; std::getline(list, number, '+');) {
    if (std::stoul(number) == block) return true;
  }
  return false;
}

// Of the read or block of that number, which shares with all others, or with
// all but the first, or with none.
std::string weights_name(const std::string& what, std::size_t number,
                         bool shares, bool first_is_apart) {
  if (!shares) return what + std::to_string(number);
  return what + (first_is_apart && number > 0 ? "1" : "0");
}

oracle::Array perceiver_reference(const Shape& shape, const Options& options,
                                  const oracle::Parameters& parameters,
                                  const oracle::Array& input,
                                  const oracle::Valid& valid) {
  const oracle::Array encoded = oracle::encode(
      input, options.text("positions"), options.number("bands"), parameters);
  const std::string sharing = options.text("sharing");
  const bool shares = sharing != "none", tanh = options.text("gelu") == "tanh";
  const oracle::LayerForm cross{or_else(options.number("cross_heads"), shape.H),
                                options.flag("query_residual"), tanh};
  const oracle::LayerForm latent{shape.H, true, tanh};
  oracle::Array z = oracle::repeated(parameters.at("latents"), input.dim(0));
  std::size_t read = 0;
  for (std::size_t block = 0; block < shape.B; ++block) {
    if (reads_input(options.text("cross_attends"), block)) {
      z = oracle::attention_layer(
          z, &encoded, parameters,
          weights_name("cross", read++, shares, sharing == "all_but_first"),
          cross, valid);
    }
    const std::string own = weights_name("block", block, shares, false);
    for (std::size_t layer = 0; layer < shape.L; ++layer) {
      z = oracle::attention_layer(z, nullptr, parameters,
                                  fmt::format("{}.layer{}", own, layer), latent,
                                  {});
    }
  }
  return z;
}

Contestant perceiver() {
  Contestant contestant{{
      .name = "perceiver",
      .facts = {.paper = "Jaegle et al. 2021, §3; Jaegle et al. 2022, §3",
                .idea = "M latents read N inputs, then attend to one another",
                .cost = "O(B·M·N·D + B·L·M²·D)",
                .dimensions = "N M B C D H L batch",
                .exact = true,
                .latents = true,
                .permutation_invariant = true},
      .options = perceiver_options(),
  }};
  contestant.cost = perceiver_cost;
  contestant.training_cost = perceiver_training_cost;
  contestant.plan = perceiver_plan;
  contestant.reference = perceiver_reference;
  make_with<Perceiver>(contestant);
  return contestant;
}

const Registration registered(perceiver());

}  // namespace
}  // namespace suite
