// What the Perceiver signs: its facts, declared cost and true answer.
#include <sstream>

#include "contract/registry.h"
#include "perceiver/perceiver.h"
#include "perceiver/perceiver_formula.h"

namespace suite {
namespace {

Cost perceiver_cost(const Shape& s, const Options& options, std::size_t scalar,
                    int threads) {
  Cost cost =
      formula::perceiver(PerceiverConfig(s, options), s.batch, scalar, threads);
  cost.bytes_held += scalar * (cost.parameters + s.batch * s.N * s.C);
  return cost;
}

Cost perceiver_rank_cost(const Shape& s, const Options& options,
                         const InputShare& share, std::size_t scalar,
                         int threads) {
  const PerceiverConfig config(s, options);
  Cost cost =
      formula::perceiver(config.shared_out(share), s.batch, scalar, threads);
  cost.bytes_held +=
      scalar * (cost.parameters + s.batch * share.inputs() * s.C);
  return cost;
}

TrainingCost perceiver_training_cost(const Shape& s, const Options& options,
                                     std::size_t scalar, int threads,
                                     Keep keep) {
  const PerceiverConfig config(s, options);
  const bool learns = config.input.positions == Positions::learned;
  TrainingCost cost = formula::perceiver_training(
      config, s.batch, /*d_inputs=*/learns, scalar, threads, keep);
  const std::uint64_t model =
      scalar * (cost.forward.parameters + s.batch * s.N * s.C);
  cost.forward.bytes_held += model;
  // The gradients of parameters, output and encoded inputs.
  cost.bytes_held +=
      model +
      scalar * (cost.forward.parameters + s.batch * s.M * s.D +
                (learns ? s.batch * s.N * config.input.encoded_channels() : 0));
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
  contestant.rank_cost = perceiver_rank_cost;
  contestant.training_cost = perceiver_training_cost;
  contestant.plan = perceiver_plan;
  contestant.reference = perceiver_reference;
  make_with<Perceiver>(contestant);
  return contestant;
}

const Registration registered(perceiver());

}  // namespace
}  // namespace suite
