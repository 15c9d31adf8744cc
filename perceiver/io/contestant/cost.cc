#include "perceiver/io/contestant/cost.h"

#include "perceiver/io/contestant/options.h"
#include "perceiver/io/decoder_formula.h"
#include "perceiver/io/preprocessor/grid_formula.h"
#include "perceiver/perceiver_formula.h"

namespace suite {
namespace {

const GridInput& grid_of(const IoConfig& config) {
  return std::get<GridInput>(config.inputs[0].input);
}

PerceiverConfig encoder_of(const IoConfig& config) {
  return {config.encoder,
          {.inputs = input_rows(config), .channels = input_channels(config)}};
}

}  // namespace

Cost io_cost(const Shape& s, const Options& options, std::size_t scalar,
             int threads) {
  const IoConfig config = io_config(s, options);
  Cost cost = formula::grid_rows(grid_of(config), s.batch, scalar) +
              formula::perceiver(encoder_of(config), s.batch, scalar, threads) +
              formula::decoder(config, s.batch, scalar, threads);
  cost.bytes_held += scalar * (cost.parameters + s.batch * s.N * s.C);
  return cost;
}

Cost io_rank_cost(const Shape& s, const Options& options,
                  const InputShare& share, std::size_t scalar, int threads) {
  const IoConfig config = io_config(s, options);
  require_shareable(config);
  const OutputShare outputs = output_share(s.O, share.rank, share.ranks);
  Cost cost = formula::perceiver(encoder_of(config).shared_out(share), s.batch,
                                 scalar, threads) +
              formula::decoder(config, s.batch, scalar, threads, &outputs);
  cost.bytes_held +=
      scalar * (cost.parameters + s.batch * share.inputs() * s.C);
  return cost;
}

TrainingCost io_training_cost(const Shape& s, const Options& options,
                              std::size_t scalar, int threads, Keep keep) {
  const IoConfig config = io_config(s, options);
  const GridInput& grid = grid_of(config);
  const bool learns = formula::grid_learns(grid);
  const TrainingCost encoder = formula::perceiver_training(
      encoder_of(config), s.batch, /*d_inputs=*/learns, scalar, threads, keep);
  const TrainingCost decoder =
      formula::decoder_training(config, s.batch, scalar, threads, keep);
  const Cost rows = formula::grid_rows(grid, s.batch, scalar);
  TrainingCost cost;
  cost.forward = rows + encoder.forward + decoder.forward;
  cost.backward = encoder.backward + decoder.backward +
                  formula::grid_rows_backward(grid, s.batch, scalar);
  const std::uint64_t model =
      scalar * (cost.forward.parameters + s.batch * s.N * s.C);
  cost.forward.bytes_held += model;
  // The gradients of parameters, rows, latents and outputs.
  const std::size_t width =
      or_else(config.decoder.outputs, query_channels(config));
  cost.bytes_held =
      rows.bytes_held + encoder.bytes_held + decoder.bytes_held + model +
      scalar * (cost.forward.parameters +
                (learns ? s.batch * s.N * input_channels(config) : 0) +
                s.batch * (s.M * s.D + s.O * width));
  return cost;
}

}  // namespace suite
