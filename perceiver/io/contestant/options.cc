#include "perceiver/io/contestant/options.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;

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
  const std::size_t asked = options.number("query_channels");
  require(asked == 0 || asked > 2,
          "query_channels = {}: a layer norm leaves a sign of them; at least 3 "
          "are allowed",
          asked);
  const std::size_t channels = or_else(asked, shape.D);
  const std::size_t own_heads = options.number("decoder_heads");
  const std::size_t heads = or_else(own_heads, shape.H);
  const std::size_t qk = or_else(options.number("decoder_qk_channels"), shape.D);
  const std::size_t v = or_else(options.number("decoder_v_channels"), qk);
  require(qk % heads == 0 && v % heads == 0,
          "{} = {} heads do not divide the {} query and {} value channels of "
          "the decoder",
          own_heads == 0 ? "H" : "decoder_heads", heads, qk, v);
  return {.kind = DecoderConfig::Kind::query,
          .queries = {{.name = "output",
                       .extents = {shape.O},
                       .positions = {.kind = Kind::learned,
                                     .channels = channels}}},
          .heads = heads,
          .qk_channels = qk,
          .v_channels = v,
          .query_residual = options.flag("decoder_residual"),
          .outputs = options.number("outputs")};
}

}  // namespace

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
                      .attention = attention_form(options.text("form"))},
          .decoder = decoder_of(shape, options),
          // Zeros to the fully masked, as all contestants have it.
          .semantics = {.gelu = tanh ? Gelu::tanh : Gelu::erf,
                        .mean_if_fully_masked = false}};
}

std::vector<OptionSpec> io_options() {
  return {
      attention_form_option(),
      number("input_map", 0,
             "To how many channels is an input mapped first? 0: not"),
      choice("positions", {"none", "fourier", "learned", "beside"},
             "How are inputs told where they stand? beside: learned, "
             "mapped, and set beside them"),
      number("bands", 16, "How many bands have Fourier features?"),
      number("cross_heads", 0, "How many heads read the input? 0: H"),
      number("qk_channels", 0,
             "How wide are queries and keys? 0: as what is read"),
      number("v_channels", 0, "How wide are values? 0: as the keys"),
      number("widening", 1, "How many times D is the MLP's hidden width?"),
      choice("gelu", {"erf", "tanh"}, "Which form has the MLP's GELU?"),
      number("query_channels", 0, "How wide are output queries? 0: D"),
      number("decoder_heads", 0, "How many heads has the decoder? 0: H"),
      number("decoder_qk_channels", 0,
             "How wide are the decoder's queries and keys? 0: D"),
      number("decoder_v_channels", 0,
             "How wide are the decoder's values? 0: as its keys"),
      choice("decoder_residual", {"false", "true"},
             "Does a query's own value pass the decoder by?"),
      number("outputs", 0,
             "How wide is what a last linear map makes of an output? 0: "
             "there is none")};
}

}  // namespace suite
