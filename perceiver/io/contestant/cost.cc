#include "perceiver/io/contestant/cost.h"

#include "perceiver/io/contestant/options.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/layers/linear_formula.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;

Cost rows_cost(const IoConfig& config, const Shape& s, std::size_t scalar) {
  const auto& grid = std::get<GridInput>(config.inputs[0].input);
  const std::size_t N = s.batch * s.N;
  const std::size_t values = or_else(grid.mapped, s.C);
  const std::size_t encoded = input_channels(config);
  Cost cost;
  if (grid.mapped > 0) {
    cost[Part::input_projection] = formula::linear(N, s.C, values, scalar);
    cost.parameters += formula::linear_parameters(s.C, values);
  }
  const bool positioned = grid.positions.kind != Kind::none;
  if (grid.mapped > 0 || positioned) {
    cost.bytes_held += scalar * N * encoded;
  }
  Work& positions = cost[Part::position_encoding];
  if (grid.mapped == 0 && positioned) {
    positions.bytes_moved += 2 * scalar * N * values;
  }
  if (grid.positions.kind == Kind::learned) {
    cost.parameters += s.N * values;
    if (grid.positions.added) {
      positions.bytes_moved += scalar * (2 * N + s.N) * values;
      cost.bytes_held += scalar * s.N * values;
    } else {
      positions += s.batch * formula::linear(s.N, values, values, scalar);
      cost.parameters += formula::linear_parameters(values, values);
    }
  }
  return cost;
}

Cost encoder_cost(const IoConfig& config, const Shape& s, std::size_t scalar,
                  int threads) {
  const PerceiverConfig encoder(
      config.encoder, {.inputs = s.N, .channels = input_channels(config)});
  const AttentionForm form = encoder.attention;
  const Cost cross = formula::attention_layer(
      encoder.cross, s.batch, s.M, s.N, /*uses=*/1, form, scalar, threads);
  const Cost layer = formula::attention_layer(
      encoder.latent, s.batch, s.M, s.M, s.B * s.L, form, scalar, threads);
  Cost cost = cross + layer;
  cost.parameters = s.M * s.D + cross.parameters + s.L * layer.parameters;
  cost.bytes_held = cross.bytes_held + (s.L > 0 ? layer.bytes_held : 0) +
                    scalar * s.batch * s.M * s.D;
  return cost;
}

Cost decoder_cost(const IoConfig& config, const Shape& s, std::size_t scalar,
                  int threads) {
  const DecoderConfig& d = config.decoder;
  const std::size_t O = s.batch * s.O, E = query_channels(config);
  const std::size_t qk = or_else(d.qk_channels, s.D);
  const AttentionLayerWidths widths{.channels = E,
                                    .input_channels = s.D,
                                    .qk_channels = qk,
                                    .v_channels = or_else(d.v_channels, qk),
                                    .heads = d.heads,
                                    .query_residual = d.query_residual,
                                    .plan = {.keep = true}};
  Cost cost = formula::attention_layer(widths, s.batch, s.O, s.M, /*uses=*/1,
                                       config.encoder.attention, scalar,
                                       threads);
  const std::size_t width = or_else(d.outputs, E);
  cost[Part::position_encoding].bytes_moved += scalar * O * E;
  if (d.outputs > 0) {
    cost[Part::output_projection] += formula::linear(O, E, width, scalar);
    cost.parameters += formula::linear_parameters(E, width);
    cost.bytes_held += scalar * O * width;
  }
  cost[Part::output_projection].bytes_moved += 2 * scalar * O * width;
  cost.parameters += s.O * E;
  cost.bytes_held += scalar * O * (E + width);
  return cost;
}

}  // namespace

Cost io_cost(const Shape& shape, const Options& options, std::size_t scalar,
             int threads) {
  const IoConfig config = io_config(shape, options);
  Cost cost = rows_cost(config, shape, scalar) +
              encoder_cost(config, shape, scalar, threads) +
              decoder_cost(config, shape, scalar, threads);
  cost.bytes_held +=
      scalar * (cost.parameters + shape.batch * shape.N * shape.C);
  return cost;
}

}  // namespace suite
