// What Perceiver IO signs: its facts, declared cost and true answer. Inputs are
// one modality, an array of rows; a decoder asks with O learned queries.
#include <algorithm>

#include "contract/formula.h"
#include "contract/registry.h"
#include "perceiver/io/model.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;

std::size_t or_else(std::size_t value, std::size_t otherwise) {
  return value == 0 ? otherwise : value;
}

// "beside": learned, mapped to as many channels, and set beside the values.
PositionConfig positions_of(const Options& options, std::size_t values) {
  const std::string name = options.text("positions");
  if (name == "fourier") {
    return {.kind = Kind::fourier, .bands = options.number("bands")};
  }
  if (name == "learned") {
    return {.kind = Kind::learned, .channels = values, .added = true};
  }
  if (name == "none") return {};
  return {.kind = Kind::learned, .channels = values, .projected = values};
}

DecoderConfig decoder_of(const Shape& shape, const Options& options) {
  require(shape.O > 0, "O = 0: a decoder asks with at least 1 query");
  const std::size_t channels =
      or_else(options.number("query_channels"), shape.D);
  return {.kind = DecoderConfig::Kind::query,
          .queries = {{.name = "output",
                       .extents = {shape.O},
                       .positions = {.kind = Kind::learned,
                                     .channels = channels}}},
          .heads = or_else(options.number("decoder_heads"), shape.H),
          .qk_channels = options.number("decoder_qk_channels"),
          .v_channels = options.number("decoder_v_channels"),
          .query_residual = options.flag("decoder_residual"),
          .outputs = options.number("outputs")};
}

IoConfig io_config(const Shape& shape, const Options& options) {
  const std::size_t map = options.number("input_map");
  GridInput rows{.extents = {shape.N}, .channels = shape.C};
  if (map > 0) {
    rows.map = GridInput::Map::linear;
    rows.mapped = map;
  }
  rows.positions = positions_of(options, or_else(map, shape.C));
  const bool tanh = options.text("gelu") == "tanh";
  return {.inputs = {{"array", rows}},
          .encoder = {.latents = shape.M,
                      .channels = shape.D,
                      .blocks = shape.B,
                      .layers = shape.L,
                      .sharing = Sharing::all,
                      .cross_heads =
                          or_else(options.number("cross_heads"), shape.H),
                      .heads = shape.H,
                      .qk_channels = options.number("qk_channels"),
                      .v_channels = options.number("v_channels"),
                      .cross_widening = options.number("widening"),
                      .widening = options.number("widening"),
                      .attention =
                          attention_form(options.text("attention"))},
          .decoder = decoder_of(shape, options),
          // Zeros to the blind, as all contestants have it.
          .semantics = {.gelu = tanh ? Gelu::tanh : Gelu::erf,
                        .mean_if_blind = false}};
}

template <class T>
class PerceiverIo : public Encoder<T> {
 public:
  PerceiverIo(const Shape& shape, const Options& options)
      : model_(io_config(shape, options)) {}

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Ledger& ledger) override {
    return model_.forward({{{"array", input}}, mask, {}}, ledger)
        .at("output");
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    model_.for_each_parameter(visit);
  }

 private:
  IoModel<T> model_;
};

}  // namespace
}  // namespace suite
