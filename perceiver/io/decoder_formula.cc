#include "perceiver/io/decoder_formula.h"

#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/layers/linear_formula.h"
#include "support/check.h"

namespace suite::formula {
namespace {

AttentionLayerSizes layer_sizes(const IoConfig& config, std::size_t batch) {
  const DecoderConfig& d = config.decoder;
  require(d.kind == DecoderConfig::Kind::query && d.queries.size() == 1 &&
              d.queries[0].positions.kind == PositionConfig::Kind::learned &&
              d.queries[0].outputs == 0 && !d.vocabulary && d.chunk == 0 &&
              !d.keys_as_queries,
          "what this decoder costs is not known: it must ask with learned "
          "queries of one kind, all at once");
  const std::size_t qk = or_else(d.qk_channels, config.encoder.channels);
  return {{.channels = query_channels(config),
           .input_channels = config.encoder.channels,
           .qk_channels = qk,
           .v_channels = or_else(d.v_channels, qk),
           .heads = d.heads,
           .widening = d.widening,
           .query_residual = d.query_residual,
           .plan = {.keep = true}},
          batch,
          query_rows(config),
          config.encoder.latents,
          config.encoder.attention};
}

Cost layer(const AttentionLayerSizes& s, std::size_t uses, std::size_t scalar,
           int threads) {
  return attention_layer(s.widths, s.batch, s.rows, s.inputs, uses, s.form,
                         scalar, threads);
}

// The last linear map, if there is one.
Work map_of(const IoConfig& config, std::size_t rows, std::size_t scalar) {
  const std::size_t outputs = config.decoder.outputs;
  if (outputs == 0) return {};
  return linear(rows, query_channels(config), outputs, scalar);
}

}  // namespace

Cost decoder(const IoConfig& config, std::size_t batch, std::size_t scalar,
             int threads, const OutputShare* share) {
  AttentionLayerSizes sizes = layer_sizes(config, batch);
  const std::size_t O = sizes.rows, E = sizes.widths.channels;
  const OutputShare own = share == nullptr ? OutputShare{0, O, O} : *share;
  const std::size_t outputs = config.decoder.outputs;
  const std::size_t width = or_else(outputs, E);
  const std::size_t chunks = own.chunks(), rows = batch * own.chunk;
  sizes.rows = own.chunk;
  Cost cost = layer(sizes, chunks, scalar, threads);
  const std::size_t parameters =
      cost.parameters + O * E +
      (outputs > 0 ? linear_parameters(E, outputs) : 0);
  if (chunks == 0) cost = {};
  cost.parameters = parameters;
  cost[Part::position_encoding].bytes_moved += chunks * scalar * rows * E;
  cost[Part::output_projection] += chunks * map_of(config, rows, scalar);
  cost[Part::output_projection].bytes_moved +=
      chunks * 2 * scalar * rows * width;
  cost.bytes_held += scalar * batch * own.count * width;
  if (chunks > 0) cost.bytes_held += scalar * rows * (E + outputs);
  return cost;
}

TrainingCost decoder_training(const IoConfig& config, std::size_t batch,
                              std::size_t scalar, int threads, Keep keep) {
  const AttentionLayerSizes sizes = layer_sizes(config, batch);
  const std::size_t outputs = config.decoder.outputs;
  const std::size_t rows = batch * sizes.rows, E = sizes.widths.channels;
  Cost keeping = attention_layer_keeping(sizes, /*uses=*/1, scalar);
  TrainingCost cost;
  cost.forward = decoder(config, batch, scalar, threads);
  cost.backward = attention_layer_backward(sizes, /*uses=*/1,
                                           /*d_inputs=*/true, scalar, threads);
  cost.bytes_held = cost.forward.bytes_held + cost.backward.bytes_held +
                    traces_held(sizes, /*uses=*/1, keep, scalar, threads) -
                    buffers_unused(sizes, keep, scalar) +
                    scalar * rows * or_else(outputs, E);  // d_part
  if (outputs > 0) {
    cost.backward[Part::output_projection] +=
        linear_gradient(rows, E, outputs, scalar) +
        linear_input_gradient(rows, E, outputs, scalar);
    cost.bytes_held += 2 * scalar * rows * E;  // found, and its gradient
  }
  if (keep == Keep::activations) {
    cost.forward += keeping;
    return cost;
  }
  // Keys and values of the latents are there still.
  keeping[Part::output_projection] += map_of(config, rows, scalar);
  cost.backward += keeping + layer(sizes, /*uses=*/2, scalar, threads) -
                   layer(sizes, /*uses=*/1, scalar, threads);
  return cost;
}

}  // namespace suite::formula
