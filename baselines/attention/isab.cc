// The Set Transformer's induced self-attention (Lee et al. 2019, §3.1): `points`
// learned rows read all N inputs, and the inputs read the points. A whole encoder
// of B such blocks, in the pre-norm layer that all contestants share.
//
// Cost: 4·N·points·D MACs of attention a block, but both reads project, and every
// input has an MLP: unlike a Perceiver's, what a block costs beside its read is not
// decoupled from N.
#include "contract/formula.h"
#include "contract/registry.h"

namespace suite {
namespace {

struct IsabConfig {
  std::size_t points;
  AttentionLayerWidths layer;  // of both reads

  IsabConfig(const Shape& s, const Options& options)
      : points(options.number("points")),
        layer{.channels = s.D,
              .input_channels = s.D,
              .qk_channels = s.D,
              .v_channels = s.D,
              .heads = s.H,
              .widening = options.number("widening")} {
    require(s.D % s.H == 0, "H = {} heads do not divide D = {}", s.H, s.D);
    require(points > 1,
            "points = {}: must be at least 2, or every input reads the same",
            points);
    require(layer.widening > 0, "widening = 0: must be at least 1");
  }
};

std::string block_name(std::size_t block) {
  return fmt::format("block{}", block);
}

template <class T>
class Isab : public Encoder<T> {
 public:
  Isab(const Shape& shape, const Options& options)
      : config_(shape, options),
        reads_(AttentionForm::streaming),
        spreads_(AttentionForm::streaming) {
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
    points_.resize({input.shape(0), config_.points, config_.layer.channels});
    for (const Block& block : blocks_) {
      for (std::size_t b = 0; ledger.computes() && b < input.shape(0); ++b) {
        std::copy(block.points.begin(), block.points.end(),
                  example(points_, b).data);
      }
      block.read.forward(points_, stream_, mask, reads_, ledger);
      block.spread.forward(stream_, points_, none_, spreads_, ledger);
    }
    return stream_;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    if (input_.weight.size() > 0) input_.for_each_parameter("input", visit);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      Block& block = blocks_[i];
      const std::string name = block_name(i);
      visit_tensor(visit, name + ".points", block.points, Init::latent);
      block.read.for_each_parameter(name + ".read", visit);
      block.spread.for_each_parameter(name + ".spread", visit);
    }
  }

 private:
  struct Block {
    Tensor<T, 2> points;  // [points, D]
    AttentionLayer<T> read, spread;

    explicit Block(const IsabConfig& config)
        : read(config.layer), spread(config.layer) {
      points.resize({config.points, config.layer.channels});
    }
  };

  IsabConfig config_;
  std::vector<Block> blocks_;
  AttentionBuffers<T> reads_, spreads_;
  Linear<T> input_;               // [C, D], where C differs from D
  Tensor<T, 3> stream_, points_;  // [batch, N, D], [batch, points, D]
  const Mask none_;               // every point counts
};

Cost isab_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const IsabConfig config(s, options);
  const auto layer = [&](std::size_t rows, std::size_t inputs) {
    return formula::attention_layer(config.layer, s.batch, rows, inputs, s.B,
                                    AttentionForm::streaming, scalar, threads);
  };
  const Cost read = layer(config.points, s.N);
  const Cost spread = layer(s.N, config.points);
  Cost cost = read + spread;
  cost.parameters =
      s.B * (read.parameters + spread.parameters + config.points * s.D);
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

oracle::Array isab_reference(const Shape& s, const Options& options,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array x =
      s.C == s.D ? input : oracle::linear(input, parameters, "input");
  const oracle::LayerForm form{.heads = s.H};
  for (std::size_t block = 0; block < s.B; ++block) {
    const oracle::Array& learned = parameters.at(block_name(block) + ".points");
    oracle::Array points =
        oracle::zeros(s.batch, options.number("points"), s.D);
    for (std::size_t i = 0; i < points.values.size(); ++i) {
      points.values[i] = learned.values[i % learned.values.size()];
    }
    points = oracle::attention_layer(points, &x, parameters,
                                     block_name(block) + ".read", form, valid);
    x = oracle::attention_layer(x, &points, parameters,
                                block_name(block) + ".spread", form, {});
  }
  return x;
}

Contestant isab() {
  Contestant contestant{
      .name = "transformer(attention=isab)",
      .facts = {.paper = "Lee et al. 2019 (Set Transformer), §3.1",
                .idea = "learned points read the inputs, and the inputs read "
                        "the points",
                .cost = "O(B·N·points·D)",
                .letters = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options = {number("points", 32, "How many induced points?"),
                  number("widening", 1,
                         "How many times D is the MLP's hidden width?")},
      .cost = isab_cost,
      .reference = isab_reference,
      .growth = {{"N", 1, 1}},
      .golden = Golden{324288, 7200, 2.20154721007}};
  make_with<Isab>(contestant);
  return contestant;
}

const Registration registered(isab());

}  // namespace
}  // namespace suite
