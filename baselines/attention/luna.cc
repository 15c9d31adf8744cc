// Luna (Ma et al. 2021, §3): `points` rows P read all N inputs (pack), the inputs
// read those (unpack), and P goes on to the next block beside the inputs. A whole
// encoder of B such blocks, pre-norm as all contestants are.
//
// Cost: 4·N·points·D MACs of attention a block, linear in N. Against isab, P is
// carried along, and has no MLP.
#include "contract/formula.h"
#include "contract/registry.h"

namespace suite {
namespace {

struct LunaConfig {
  std::size_t points;
  AttentionLayerWidths unpack;

  LunaConfig(const Shape& s, const Options& options)
      : points(options.number("points")),
        unpack{.channels = s.D,
               .input_channels = s.D,
               .qk_channels = s.D,
               .v_channels = s.D,
               .heads = s.H,
               .widening = options.number("widening")} {
    require(s.D % s.H == 0, "H = {} heads do not divide D = {}", s.H, s.D);
    require(points > 1,
            "points = {}: must be at least 2, or every input reads the same",
            points);
    require(unpack.widening > 0, "widening = 0: must be at least 1");
  }
};

std::string block_name(std::size_t block) {
  return fmt::format("block{}", block);
}

template <class T>
class Luna : public Encoder<T> {
 public:
  Luna(const Shape& shape, const Options& options)
      : config_(shape, options),
        packs_(AttentionForm::streaming),
        unpacks_(AttentionForm::streaming) {
    first_points_.resize({config_.points, shape.D});
    for (std::size_t b = 0; b < shape.B; ++b) blocks_.emplace_back(config_);
    if (shape.C != shape.D) input_ = Linear<T>(shape.C, shape.D);
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Ledger& ledger) override {
    if (input_.weight.size() > 0) {
      linear(input, input_, stream_, ledger[Part::input_projection]);
    } else if (ledger.computes()) {
      stream_ = input;
    } else {
      stream_.resize(input.shape());
    }
    points_.resize({input.shape(0), config_.points, config_.unpack.channels});
    for (std::size_t b = 0; ledger.computes() && b < input.shape(0); ++b) {
      std::copy(first_points_.begin(), first_points_.end(),
                example(points_, b).data);
    }
    for (const Block& block : blocks_) {
      layer_norm(points_, block.norm, packs_.normed, ledger[Part::layer_norm]);
      attend(packs_.normed, stream_, &block.input_norm, mask, block.pack, {},
             packs_, packs_.mixed, ledger);
      linear_onto(packs_.mixed, block.output, points_,
                  ledger[Part::output_projection]);
      block.unpack.forward(stream_, points_, none_, unpacks_, ledger);
    }
    return stream_;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    if (input_.weight.size() > 0) input_.for_each_parameter("input", visit);
    visit_tensor(visit, "points", first_points_, Init::latent);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      blocks_[i].for_each_parameter(block_name(i), visit);
    }
  }

 private:
  struct Block {
    LayerNorm<T> norm, input_norm;
    Projections<T> pack;
    Linear<T> output;
    AttentionLayer<T> unpack;

    explicit Block(const LunaConfig& config)
        : norm(config.unpack.channels),
          input_norm(config.unpack.channels),
          output(config.unpack.channels, config.unpack.channels),
          unpack(config.unpack) {
      const std::size_t D = config.unpack.channels;
      pack = {Linear<T>(D, D), Linear<T>(D, D), Linear<T>(D, D),
              config.unpack.heads};
    }

    void for_each_parameter(const std::string& name,
                            const ParameterVisitor<T>& visit) {
      norm.for_each_parameter(name + ".pack.norm", visit);
      input_norm.for_each_parameter(name + ".pack.input_norm", visit);
      pack.for_each_parameter(name + ".pack", visit);
      output.for_each_parameter(name + ".pack.output", visit);
      unpack.for_each_parameter(name + ".unpack", visit);
    }
  };

  LunaConfig config_;
  Tensor<T, 2> first_points_;  // P of the first block, [points, D]
  std::vector<Block> blocks_;
  AttentionBuffers<T> packs_, unpacks_;
  Linear<T> input_;               // [C, D], where C differs from D
  Tensor<T, 3> stream_, points_;  // [batch, N, D], [batch, points, D]
  const Mask none_;               // every point counts
};

// Attention of P over the inputs, a norm before it and its output projection.
Cost pack_cost(const Shape& s, std::size_t points, std::size_t scalar,
               int threads) {
  const std::size_t rows = s.batch * points;
  Cost cost = formula::read({s.batch, points, s.N, s.D, s.D, s.D, s.H}, s.D, {},
                            s.B, Bias::with, AttentionForm::streaming, scalar,
                            threads);
  cost[Part::layer_norm].bytes_moved += s.B * 2 * rows * s.D * scalar;
  cost[Part::output_projection] +=
      s.B * formula::linear(rows, s.D, s.D, scalar, /*onto=*/true);
  cost.parameters += 2 * 2 * s.D + formula::linear_parameters(s.D, s.D);
  cost.bytes_held += scalar * rows * 2 * s.D;
  return cost;
}

Cost luna_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const LunaConfig config(s, options);
  const Cost pack = pack_cost(s, config.points, scalar, threads);
  const Cost unpack = formula::attention_layer(
      config.unpack, s.batch, s.N, config.points, s.B,
      AttentionForm::streaming, scalar, threads);
  Cost cost = pack + unpack;
  cost.parameters =
      config.points * s.D + s.B * (pack.parameters + unpack.parameters);
  if (s.C != s.D) {
    cost[Part::input_projection] =
        formula::linear(s.batch * s.N, s.C, s.D, scalar);
    cost.parameters += formula::linear_parameters(s.C, s.D);
  }
  cost.bytes_held +=
      scalar * (cost.parameters +
                s.batch * (s.N * (s.C + s.D) + config.points * s.D));
  return cost;
}

oracle::Array luna_reference(const Shape& s, const Options& options,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array x =
      s.C == s.D ? input : oracle::linear(input, parameters, "input");
  const oracle::Array& learned = parameters.at("points");
  oracle::Array points = oracle::zeros(s.batch, options.number("points"), s.D);
  for (std::size_t i = 0; i < points.values.size(); ++i) {
    points.values[i] = learned.values[i % learned.values.size()];
  }
  for (std::size_t block = 0; block < s.B; ++block) {
    const std::string pack = block_name(block) + ".pack";
    const oracle::Array mixed = oracle::attend(
        oracle::layer_norm(points, parameters, pack + ".norm"),
        oracle::layer_norm(x, parameters, pack + ".input_norm"), parameters,
        pack, s.H, valid);
    points = oracle::sum(points,
                         oracle::linear(mixed, parameters, pack + ".output"));
    x = oracle::attention_layer(x, &points, parameters,
                                block_name(block) + ".unpack",
                                {.heads = s.H}, {});
  }
  return x;
}

Contestant luna() {
  Contestant contestant{
      .name = "transformer(attention=luna)",
      .facts = {.paper = "Ma et al. 2021, §3",
                .idea = "a few rows pack the inputs, the inputs read them, and "
                        "they go on beside them",
                .cost = "O(B·N·points·D)",
                .letters = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options = {number("points", 16, "How many rows pack the inputs?"),
                  number("widening", 1,
                         "How many times D is the MLP's hidden width?")},
      .cost = luna_cost,
      .reference = luna_reference,
      .growth = {{"N", 1, 1}},
      .golden = Golden{163008, 5232, 2.00363812936}};
  make_with<Luna>(contestant);
  return contestant;
}

const Registration registered(luna());

}  // namespace
}  // namespace suite
