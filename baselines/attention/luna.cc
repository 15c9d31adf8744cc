// Luna (Ma et al. 2021, §3): `points` rows P read all N inputs (pack), the inputs
// read those (unpack), and P goes on to the next block beside the inputs. A whole
// encoder of B such blocks, pre-norm as all contestants are.
//
// Cost: 4·N·points·D MACs of attention a block, linear in N. Against isab, P is
// carried along, and has no MLP.
#include "baselines/transformer/points.h"
#include "contract/registry.h"
#include "primitives/attention_layer/attention_layer.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/buffers.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/keep.h"
#include "primitives/layers/input_projection.h"
#include "primitives/layers/learned_rows.h"
#include "primitives/layers/linear_formula.h"

namespace suite {
namespace {

std::string block_name(std::size_t block) {
  return fmt::format("block{}", block);
}

template <class T>
class Luna {
 public:
  Luna(const Shape& shape, const Options& options) : input_(shape.C, shape.D) {
    const PointsConfig config(shape, options);
    points_.resize({config.points, shape.D});
    for (std::size_t b = 0; b < shape.B; ++b) blocks_.emplace_back(config);
  }

  using Workspace = PointsWorkspace<T>;
  Workspace workspace() const { return {}; }

  // What one pack keeps: rows of points alone.
  struct PackTrace {
    AttendTrace<T> attend;
    Tensor<T, 3> mixed;  // [batch, points, D]
  };
  // Its points are those before each block, and after the last.
  struct Trace : PointsTrace<T> {
    std::vector<PackTrace> packs;
    AttendBackward<T> pack{AttentionForm::streaming};
    LayerNormRoom<T> norm_room;
    Tensor<T, 3> normed, d_normed, d_mixed;  // [batch, points, D]

    Trace(Keep keep, std::size_t blocks)
        : PointsTrace<T>(keep, blocks + 1), packs(blocks) {}
  };
  Trace trace(Keep keep) const { return {keep, blocks_.size()}; }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    input_.forward(input, w.stream, ledger);
    repeat_rows(points_, input.shape(0), w.points, ledger);
    if (trace != nullptr) {
      trace->spreads.begin();
      keep_copy(w.points, trace->points[0], ledger);
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i];
      AttentionWorkspace<T>& own = w.points_read;
      layer_norm(w.points, block.norm, own.normed, ledger[Part::layer_norm]);
      PackTrace* kept = trace == nullptr ? nullptr : &trace->packs[i];
      Tensor<T, 3>& mixed = kept == nullptr ? own.mixed : kept->mixed;
      attend(own.normed, w.stream, &block.input_norm, mask, block.pack, {}, own,
             mixed, ledger, kept == nullptr ? nullptr : &kept->attend);
      linear_onto(mixed, block.output, w.points,
                  ledger[Part::output_projection]);
      const auto unpack = block.unpacking(w.points, w, ledger);
      if (trace == nullptr) {
        unpack(w.stream, nullptr);
        continue;
      }
      keep_copy(w.points, trace->points[i + 1], ledger);
      trace->spreads.forward(w.stream, ledger, unpack);
    }
    return w.stream;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& w, Trace& trace,
                Luna& gradient, Tensor<T, 3>* d_input, Ledger& ledger) const {
    keep_copy(d_output, trace.d_stream, ledger);
    trace.clear_points(ledger);
    for (std::size_t i = blocks_.size(); i-- > 0;) {
      const Block& block = blocks_[i];
      Block& own = gradient.blocks_[i];
      const Tensor<T, 3>& read = trace.points[i + 1];
      const AttentionLayerTrace<T>& unpack =
          trace.spreads.take_last(ledger, block.unpacking(read, w, ledger));
      block.unpack.backward(unpack, read, no_mask(), trace.d_stream,
                            trace.spread, own.unpack, &trace.d_points, ledger);
      pack_backward(block, i, unpack.stream, mask, trace, own, ledger);
    }
    repeat_rows_backward(trace.d_points, gradient.points_, ledger);
    trace.end(input_, input, gradient.input_, d_input, ledger);
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    input_.for_each_parameter("input", visit);
    visit_tensor(visit, "points", points_, Init::latent);
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

    explicit Block(const PointsConfig& config)
        : norm(config.layer.channels),
          input_norm(config.layer.channels),
          output(config.layer.channels, config.layer.channels),
          unpack(config.layer) {
      const std::size_t D = config.layer.channels;
      pack = {Linear<T>(D, D), Linear<T>(D, D), Linear<T>(D, D),
              config.layer.heads};
    }

    // The forward of its layer, with a trace or null: a stream reads points.
    auto unpacking(const Tensor<T, 3>& points, Workspace& w,
                   Ledger& ledger) const {
      return [&](Tensor<T, 3>& stream, AttentionLayerTrace<T>* trace) {
        unpack.forward(stream, points, no_mask(), w.inputs_read, ledger,
                       /*query_mask=*/nullptr, trace);
      };
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

  // What the points after a block say of those before it and of the stream.
  void pack_backward(const Block& block, std::size_t index,
                     const Tensor<T, 3>& stream, const Mask& mask, Trace& trace,
                     Block& gradient, Ledger& ledger) const {
    const Tensor<T, 3>& points = trace.points[index];
    const PackTrace& kept = trace.packs[index];
    trace.d_mixed.resize(kept.mixed.shape());
    linear_input_gradient<T>(trace.d_points, block.output, trace.d_mixed,
                             Onto::nothing, ledger[Part::output_projection]);
    linear_gradient<T>(kept.mixed, trace.d_points, gradient.output,
                       ledger[Part::output_projection]);
    layer_norm(points, block.norm, trace.normed, ledger[Part::layer_norm]);
    attend_backward(trace.normed, stream, &block.input_norm, mask, block.pack,
                    {}, kept.attend, kept.mixed, trace.d_mixed, trace.pack,
                    &gradient.input_norm, gradient.pack, trace.d_normed,
                    &trace.d_stream, ledger);
    layer_norm_backward(points, block.norm, trace.d_normed, gradient.norm,
                        trace.d_points, trace.norm_room,
                        ledger[Part::layer_norm]);
  }

  InputProjection<T> input_;
  Tensor<T, 2> points_;  // P of the first block, [points, D]
  std::vector<Block> blocks_;
};

CrossAttentionShape pack_shape(const Shape& s, std::size_t points) {
  return {s.batch, points, s.N, s.D, s.D, s.D, s.H};
}

// Attention of P over the inputs, a norm before it and its output projection.
Cost pack_cost(const Shape& s, std::size_t points, std::size_t scalar,
               int threads) {
  const std::size_t rows = s.batch * points;
  Cost cost =
      formula::cross_attention(pack_shape(s, points), s.D, {}, s.B, Bias::with,
                               AttentionForm::streaming, scalar, threads);
  cost[Part::layer_norm].bytes_moved += s.B * 2 * rows * s.D * scalar;
  cost[Part::output_projection] +=
      s.B * formula::linear(rows, s.D, s.D, scalar, /*onto=*/true);
  cost.parameters += 2 * 2 * s.D + formula::linear_parameters(s.D, s.D);
  cost.bytes_held += scalar * rows * 2 * s.D;
  return cost;
}

Cost luna_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const PointsConfig config(s, options);
  const Cost pack = pack_cost(s, config.points, scalar, threads);
  const Cost unpack =
      formula::attention_layer(config.layer, s.batch, s.N, config.points, s.B,
                               AttentionForm::streaming, scalar, threads);
  Cost cost = pack + unpack;
  cost.parameters =
      config.points * s.D + s.B * (pack.parameters + unpack.parameters);
  return with_streams(cost, config, s, scalar);
}

// Adds all blocks' packs: their backward, and in bytes_held what it holds and
// what each keeps, less what forward's own buffers have no need to hold then.
void add_packs(const Shape& s, std::size_t points, std::size_t scalar,
               int threads, TrainingCost& cost) {
  const std::size_t rows = s.batch * points;
  const CrossAttentionShape shape = pack_shape(s, points);
  Cost packs = formula::cross_attention_backward(
      shape, s.D, {}, s.B, AttentionForm::streaming, /*d_inputs=*/true, scalar,
      threads);
  // The norm is made again.
  packs[Part::layer_norm].bytes_moved += s.B * (2 + 4) * rows * s.D * scalar;
  packs[Part::output_projection] +=
      s.B * (formula::linear_gradient(rows, s.D, s.D, scalar) +
             formula::linear_input_gradient(rows, s.D, s.D, scalar));
  // What is normed, its gradient and that of what is mixed, which is kept.
  packs.bytes_held +=
      scalar * rows * s.D * (3 + s.B - 1) +
      formula::attend_kept({.cross = shape}, s.B, AttentionForm::streaming,
                           scalar) +
      (scalar == sizeof(float)
           ? bytes_laid_out<LayerNormRoom<float>>(threads, rows, s.D)
           : bytes_laid_out<LayerNormRoom<double>>(threads, rows, s.D));
  cost.backward += packs;
  cost.bytes_held += packs.bytes_held;
}

TrainingCost luna_training_cost(const Shape& s, const Options& options,
                                std::size_t scalar, int threads, Keep keep) {
  const PointsConfig config(s, options);
  TrainingCost cost;
  cost.forward = luna_cost(s, options, scalar, threads);
  add_packs(s, config.points, scalar, threads, cost);
  add_layers({config.layer, s.batch, s.N, config.points}, s.B, scalar, threads,
             keep, cost);
  return with_streams(cost, config, s, /*kept=*/s.B + 1, scalar);
}

oracle::Array luna_reference(const Shape& s, const Options&,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array x =
      s.C == s.D ? input : oracle::linear(input, parameters, "input");
  oracle::Array points = oracle::repeated(parameters.at("points"), s.batch);
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
  Contestant contestant{{
      .name = "transformer(attention=luna)",
      .facts = {.paper = "Ma et al. 2021, §3",
                .idea = "a few rows pack the inputs, the inputs read them, and "
                        "they go on beside them",
                .cost = "O(B·N·points·D)",
                .dimensions = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options = points_options(16, "How many rows pack the inputs?"),
      .growth = {{"N", 1, 1}},
      .golden = Golden{163008, 5232, 2.00363812936},
  }};
  contestant.cost = luna_cost;
  contestant.training_cost = luna_training_cost;
  contestant.reference = luna_reference;
  make_with<Luna>(contestant);
  return contestant;
}

const Registration registered(luna());

}  // namespace
}  // namespace suite
