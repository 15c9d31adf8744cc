#include "baselines/transformer/points.h"

#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/layers/linear_formula.h"

namespace suite {

PointsConfig::PointsConfig(const Shape& s, const Options& options)
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

std::vector<OptionSpec> points_options(std::size_t standard,
                                       const std::string& question) {
  return {number("points", standard, question),
          number("widening", 1, "How many times D is the MLP's hidden width?")};
}

Cost with_streams(Cost blocks, const PointsConfig& config, const Shape& s,
                  std::size_t scalar) {
  Cost cost = std::move(blocks);
  cost += formula::input_projection(s.batch * s.N, s.C, s.D, scalar);
  cost.bytes_held +=
      scalar *
      (cost.parameters + s.batch * (s.N * (s.C + s.D) + config.points * s.D));
  return cost;
}

void add_layers(const AttentionLayerSizes& sizes, std::size_t blocks,
                std::size_t scalar, int threads, Keep keep,
                TrainingCost& cost) {
  const Cost backward = formula::attention_layer_backward(
      sizes, blocks, /*d_inputs=*/true, scalar, threads);
  cost.backward += backward;
  cost.bytes_held +=
      backward.bytes_held +
      formula::traces_held(sizes, blocks, keep, scalar, threads) -
      formula::buffers_unused(sizes, keep, scalar);
  const Cost keeping = formula::attention_layer_keeping(sizes, blocks, scalar);
  if (keep == Keep::activations) {
    cost.forward += keeping;
  } else {
    cost.backward +=
        keeping + formula::attention_layer(sizes.widths, sizes.batch,
                                           sizes.rows, sizes.inputs, blocks,
                                           sizes.form, scalar, threads);
  }
}

TrainingCost with_streams(TrainingCost blocks, const PointsConfig& config,
                          const Shape& s, std::size_t kept,
                          std::size_t scalar) {
  TrainingCost cost = std::move(blocks);
  cost.backward += formula::input_projection_backward(s.batch * s.N, s.C, s.D,
                                                      /*learns=*/false, scalar);
  cost.bytes_held +=
      cost.forward.bytes_held +
      scalar * (cost.forward.parameters +
                s.batch * (2 * s.N + (1 + kept) * config.points) * s.D);
  return cost;
}

}  // namespace suite
