// What the Perceiver signs: its facts, declared cost and true answer.
#include <algorithm>

#include "contract/formula.h"
#include "contract/registry.h"
#include "perceiver/perceiver.h"

namespace suite {
namespace {

// All cross-attentions of one forward. Sets share their buffers, but for those
// that one plan needs and another doesn't.
Cost cross_cost(const PerceiverConfig& config, const Shape& shape,
                std::size_t scalar, int threads) {
  Cost all;
  std::vector<ReadPlan> plans;
  for (std::size_t set = 0; set < config.cross_sets(); ++set) {
    const AttentionLayerWidths widths =
        config.cross_of(set, shape.batch, scalar);
    const Cost cost = formula::attention_layer(
        widths, shape.batch, shape.M, shape.N, config.cross_uses(set),
        config.attention, scalar, threads);
    const bool is_new = std::find(plans.begin(), plans.end(), widths.plan) ==
                        plans.end();
    const std::uint64_t held = all.bytes_held;
    all += cost;
    if (!plans.empty()) {
      all.bytes_held =
          held + (is_new ? formula::reader_buffers(config.read_shape(shape.batch),
                                                   config.attention,
                                                   widths.plan, scalar, threads)
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
  const Cost tower =
      formula::attention_layer(config.latent, shape.batch, M, M,
                               shape.B * shape.L, config.attention, scalar,
                               threads);
  const Cost encoding =
      formula::input_encoding(config.input, shape.batch, scalar);

  const Cost cross = cross_cost(config, shape, scalar, threads);
  Cost cost = encoding + tower + cross;
  cost.parameters = encoding.parameters + M * D + cross.parameters +
                    config.tower_sets() * shape.L * tower.parameters;
  cost.bytes_held = encoding.bytes_held + cross.bytes_held +
                    (shape.L > 0 ? tower.bytes_held : 0) +
                    scalar * (cost.parameters + shape.batch * N * shape.C +
                              shape.batch * M * D);
  return cost;
}

// The plans of the sets that blocks go through, each once: "as_written, keep".
std::string perceiver_plan(const Shape& shape, const Options& options,
                           std::size_t scalar) {
  const PerceiverConfig config(shape, options);
  std::string text;
  for (std::size_t set = 0; set < config.cross_sets(); ++set) {
    const std::string plan =
        config.cross_of(set, shape.batch, scalar).plan.text();
    if (text.find(plan) != std::string::npos) continue;
    text += (text.empty() ? "" : ", ") + plan;
  }
  return text.empty() ? "as_written" : text;
}

oracle::Array perceiver_reference(const Shape& shape, const Options& options,
                                  const oracle::Parameters& parameters,
                                  const oracle::Array& input,
                                  const oracle::Valid& valid) {
  const PerceiverConfig config(shape, options);
  const oracle::Array encoded = oracle::encode(
      input, options.text("positions"), config.input.bands, parameters);
  const oracle::Array& latents = parameters.at("latents");
  oracle::Array z = oracle::zeros(input.dim(0), shape.M, shape.D);
  for (std::size_t i = 0; i < z.values.size(); ++i) {
    z.values[i] = latents.values[i % latents.values.size()];
  }
  const bool tanh = options.text("gelu") == "tanh";
  const oracle::LayerForm cross{config.cross.heads,
                                config.cross.query_residual, tanh};
  const oracle::LayerForm latent{config.latent.heads, true, tanh};
  std::size_t read = 0;
  for (std::size_t block = 0; block < shape.B; ++block) {
    for (std::size_t i = 0; i < config.reads[block]; ++i) {
      z = oracle::attention_layer(
          z, &encoded, parameters,
          "cross" + std::to_string(config.cross_set(read++)), cross, valid);
    }
    for (std::size_t layer = 0; layer < shape.L; ++layer) {
      z = oracle::attention_layer(z, nullptr, parameters,
                                  fmt::format("tower{}.layer{}",
                                              config.tower_set(block), layer),
                                  latent, {});
    }
  }
  return z;
}

Contestant perceiver() {
  Contestant contestant{
      .name = "perceiver",
      .facts = {.paper = "Jaegle et al. 2021, §3; Jaegle et al. 2022, §3",
                .idea = "M latents read N inputs, then attend to one another",
                .cost = "O(B·M·N·D + B·L·M²·D)",
                .letters = "N M B C D H L batch",
                .exact = true,
                .latents = true,
                .permutation_invariant = true},
      .options = perceiver_options(),
      .cost = perceiver_cost,
      .plan = perceiver_plan,
      .reference = perceiver_reference};
  make_with<Perceiver>(contestant);
  return contestant;
}

const Registration registered(perceiver());

}  // namespace
}  // namespace suite
