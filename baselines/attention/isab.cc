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
#include "primitives/keep.h"
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

  struct Trace : PointsTrace<T> {
    LayerTraces<T> reads;
    AttentionLayerBackward<T> read{AttentionForm::streaming};

    Trace(Keep keep, std::size_t blocks)
        : PointsTrace<T>(keep, blocks), reads(keep) {}
  };
  Trace trace(Keep keep) const { return {keep, blocks_.size()}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    input_.forward(input, w.stream, ledger);
    if (trace != nullptr) {
      trace->reads.begin();
      trace->spreads.begin();
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i];
      repeat_rows(block.points, input.shape(0), w.points, ledger);
      const auto read = block.reading(w.stream, mask, w, ledger);
      const auto spread = block.spreading(w.points, w, ledger);
      if (trace == nullptr) {
        read(w.points, nullptr);
        spread(w.stream, nullptr);
        continue;
      }
      trace->reads.forward(w.points, ledger, read);
      keep_copy(w.points, trace->points[i], ledger);
      trace->spreads.forward(w.stream, ledger, spread);
    }
    return w.stream;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& w, Trace& trace,
                Isab& gradient, Tensor<T, 3>* d_input, Ledger& ledger) const {
    keep_copy(d_output, trace.d_stream, ledger);
    for (std::size_t i = blocks_.size(); i-- > 0;) {
      const Block& block = blocks_[i];
      Block& own = gradient.blocks_[i];
      const Tensor<T, 3>& points = trace.points[i];
      trace.clear_points(ledger);
      const AttentionLayerTrace<T>& spread =
          trace.spreads.take_last(ledger, block.spreading(points, w, ledger));
      block.spread.backward(spread, points, no_mask(), trace.d_stream,
                            trace.spread, own.spread, &trace.d_points, ledger);
      const AttentionLayerTrace<T>& read = trace.reads.take_last(
          ledger, block.reading(spread.stream, mask, w, ledger));
      block.read.backward(read, spread.stream, mask, trace.d_points, trace.read,
                          own.read, &trace.d_stream, ledger);
      repeat_rows_backward(trace.d_points, own.points, ledger);
    }
    trace.end(input_, input, gradient.input_, d_input, ledger);
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

    // Forwards of the two layers, with a trace or null: points read a stream,
    // and it reads them.
    auto reading(const Tensor<T, 3>& stream, const Mask& mask, Workspace& w,
                 Ledger& ledger) const {
      return [&](Tensor<T, 3>& reader, AttentionLayerTrace<T>* trace) {
        read.forward(reader, stream, mask, w.points_read, ledger,
                     /*query_mask=*/nullptr, trace);
      };
    }
    auto spreading(const Tensor<T, 3>& read_points, Workspace& w,
                   Ledger& ledger) const {
      return [&](Tensor<T, 3>& stream, AttentionLayerTrace<T>* trace) {
        spread.forward(stream, read_points, no_mask(), w.inputs_read, ledger,
                       /*query_mask=*/nullptr, trace);
      };
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

TrainingCost isab_training_cost(const Shape& s, const Options& options,
                                std::size_t scalar, int threads, Keep keep) {
  const PointsConfig config(s, options);
  TrainingCost cost;
  cost.forward = isab_cost(s, options, scalar, threads);
  add_layers({config.layer, s.batch, config.points, s.N}, s.B, scalar, threads,
             keep, cost);
  add_layers({config.layer, s.batch, s.N, config.points}, s.B, scalar, threads,
             keep, cost);
  return with_streams(cost, config, s, /*kept=*/s.B, scalar);
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
  contestant.training_cost = isab_training_cost;
  contestant.reference = isab_reference;
  make_with<Isab>(contestant);
  return contestant;
}

const Registration registered(isab());

}  // namespace
}  // namespace suite
