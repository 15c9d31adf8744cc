// What the Perceiver signs: its facts, declared cost and true answer.
#include <algorithm>

#include "contract/formula.h"
#include "contract/registry.h"
#include "perceiver/perceiver.h"

namespace suite {
namespace {

Cost perceiver_cost(const Shape& shape, const Options& options,
                    std::size_t scalar, int threads) {
  const PerceiverConfig config(shape, options);
  const std::size_t M = shape.M, N = shape.N, D = shape.D;
  const Cost cross = formula::attention_layer(
      config.cross, shape.batch, M, N, config.attention, scalar, threads);
  const Cost layer = formula::attention_layer(
      config.latent, shape.batch, M, M, config.attention, scalar, threads);
  const auto reads = static_cast<std::size_t>(
      std::count(config.reads.begin(), config.reads.end(), true));
  const Cost encoding =
      formula::input_encoding(config.input, shape.batch, scalar);

  Cost cost = encoding + reads * cross + shape.B * shape.L * layer;
  cost.parameters = encoding.parameters + M * D +
                    config.cross_sets() * cross.parameters +
                    config.tower_sets() * shape.L * layer.parameters;
  cost.bytes_held = encoding.bytes_held + (reads > 0 ? cross.bytes_held : 0) +
                    (shape.L > 0 ? layer.bytes_held : 0) +
                    scalar * (cost.parameters + shape.batch * N * shape.C +
                              shape.batch * M * D);
  return cost;
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
  for (std::size_t block = 0; block < shape.B; ++block) {
    if (config.reads[block]) {
      z = oracle::attention_layer(
          z, &encoded, parameters,
          "cross" + std::to_string(config.cross_set(block)), cross, valid);
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
      .reference = perceiver_reference};
  make_with<Perceiver>(contestant);
  return contestant;
}

const Registration registered(perceiver());

}  // namespace
}  // namespace suite
