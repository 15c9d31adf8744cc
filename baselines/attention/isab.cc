// The Set Transformer's induced self-attention (Lee et al. 2019, §3.1): `points`
// learned rows read all N inputs, and the inputs read the points. A whole encoder
// of B such blocks, in the pre-norm layer that all contestants share.
//
// Cost: 4·N·points·D MACs of attention a block, but both reads project, and every
// input has an MLP: unlike a Perceiver's, what a block costs beside its read is not
// decoupled from N.
#include "baselines/transformer/points.h"
#include "contract/registry.h"
#include "primitives/attention_layer/attention_layer.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/layers/input_projection.h"
#include "primitives/layers/learned_rows.h"

namespace suite {
namespace {

std::string block_name(std::size_t block) {
  return fmt::format("block{}", block);
}

template <class T>
class Isab {
 public:
  Isab(const Shape& shape, const Options& options) : input_(shape.C, shape.D) {
    const PointsConfig config(shape, options);
    for (std::size_t b = 0; b < shape.B; ++b) blocks_.emplace_back(config);
  }

  using Workspace = PointsWorkspace<T>;
  Workspace workspace() const { return {}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger) const {
    input_.forward(input, w.stream, ledger);
    for (const Block& block : blocks_) {
      repeat_rows(block.points, input.shape(0), w.points, ledger);
      block.read.forward(w.points, w.stream, mask, w.points_read, ledger);
      block.spread.forward(w.stream, w.points, no_mask(), w.inputs_read,
                           ledger);
    }
    return w.stream;
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    input_.for_each_parameter("input", visit);
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

    explicit Block(const PointsConfig& config)
        : read(config.layer), spread(config.layer) {
      points.resize({config.points, config.layer.channels});
    }
  };

  InputProjection<T> input_;
  std::vector<Block> blocks_;
};

Cost isab_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const PointsConfig config(s, options);
  const auto layer = [&](std::size_t rows, std::size_t inputs) {
    return formula::attention_layer(config.layer, s.batch, rows, inputs, s.B,
                                    AttentionForm::streaming, scalar, threads);
  };
  const Cost read = layer(config.points, s.N);
  const Cost spread = layer(s.N, config.points);
  Cost cost = read + spread;
  cost.parameters =
      s.B * (read.parameters + spread.parameters + config.points * s.D);
  return with_streams(cost, config, s, scalar);
}

oracle::Array isab_reference(const Shape& s, const Options&,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array x =
      s.C == s.D ? input : oracle::linear(input, parameters, "input");
  const oracle::LayerForm form{.heads = s.H};
  for (std::size_t block = 0; block < s.B; ++block) {
    const oracle::Array learned =
        oracle::repeated(parameters.at(block_name(block) + ".points"), s.batch);
    const oracle::Array points = oracle::attention_layer(
        learned, &x, parameters, block_name(block) + ".read", form, valid);
    x = oracle::attention_layer(x, &points, parameters,
                                block_name(block) + ".spread", form, {});
  }
  return x;
}

Contestant isab() {
  Contestant contestant{{
      .name = "transformer(attention=isab)",
      .facts = {.paper = "Lee et al. 2019 (Set Transformer), §3.1",
                .idea = "learned points read the inputs, and the inputs read "
                        "the points",
                .cost = "O(B·N·points·D)",
                .dimensions = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options = points_options(32, "How many induced points?"),
      .growth = {{"N", 1, 1}},
      .golden = Golden{324288, 7200, 2.20154721007},
  }};
  contestant.cost = isab_cost;
  contestant.reference = isab_reference;
  contestant.no_backward = "its backward is not written";
  make_with<Isab>(contestant);
  return contestant;
}

const Registration registered(isab());

}  // namespace
}  // namespace suite
