#include "perceiver/io/contestant/reference.h"

#include "perceiver/io/contestant/options.h"

namespace suite {
namespace {

oracle::Array beside(const oracle::Array& left, const oracle::Array& right) {
  const std::size_t a = left.dim(2), b = right.dim(2);
  oracle::Array both = oracle::zeros(left.dim(0), left.dim(1), a + b);
  for (std::size_t r = 0; r < left.dim(0) * left.dim(1); ++r) {
    for (std::size_t c = 0; c < a + b; ++c) {
      both.values[r * (a + b) + c] = c < a ? left.values[r * a + c]
                                           : right.values[r * b + c - a];
    }
  }
  return both;
}

oracle::Array rows_reference(const Options& options,
                             oracle::Parameters parameters,
                             const oracle::Array& input) {
  oracle::Array rows = options.number("input_map") > 0
                           ? oracle::linear(input, parameters, "array.map")
                           : input;
  const std::string positions = options.text("positions");
  if (positions == "none" || positions == "fourier") {
    return oracle::encode(rows, positions, options.number("bands"), parameters);
  }
  const oracle::Array learned =
      oracle::repeated(parameters.at("array.positions"), rows.dim(0));
  if (positions == "learned") return oracle::sum(rows, learned);
  return beside(rows,
                oracle::linear(learned, parameters, "array.positions_map"));
}

}  // namespace

oracle::Array io_reference(const Shape& shape, const Options& options,
                           const oracle::Parameters& parameters,
                           const oracle::Array& input,
                           const oracle::Valid& valid) {
  const IoConfig config = io_config(shape, options);
  const bool tanh = options.text("gelu") == "tanh";
  const oracle::Array rows = rows_reference(options, parameters, input);
  oracle::Array z =
      oracle::repeated(parameters.at("encoder.latents"), input.dim(0));
  z = oracle::attention_layer(z, &rows, parameters, "encoder.cross0",
                              {config.encoder.cross_heads, true, tanh}, valid);
  for (std::size_t layer = 0; layer < shape.B * shape.L; ++layer) {
    z = oracle::attention_layer(
        z, nullptr, parameters,
        fmt::format("encoder.block0.layer{}", layer % shape.L),
        {shape.H, true, tanh}, {});
  }
  const oracle::Array queries =
      oracle::repeated(parameters.at("decoder.output.queries"), input.dim(0));
  const oracle::Array found = oracle::attention_layer(
      queries, &z, parameters, "decoder.cross",
      {config.decoder.heads, config.decoder.query_residual, tanh}, {});
  return config.decoder.outputs > 0
             ? oracle::linear(found, parameters, "decoder.output")
             : found;
}

}  // namespace suite
