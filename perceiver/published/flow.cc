// Optical flow between two frames of 368×496 pixels.
#include "perceiver/published/families.h"

namespace suite {
namespace {

// Perceiver IO §4.2 and appendix H, and the released code: a pixel's 3×3
// neighbours in RGB of both frames, 54 values, mapped to 64, beside 258 Fourier
// features. Every row asks about its own pixel. Outputs are divided by 100, as
// in the code.
PublishedModel perceiver_io_flow() {
  return {
      .name = "perceiver_io_flow",
      .source = "Jaegle et al. 2022, §4.2 and appendix H",
      .config = {
          .inputs = {{.name = "image",
                      .input =
                          GridInput{.extents = {2, 368, 496},
                                    .channels = 27,
                                    .patch = {2, 1, 1},
                                    .map = GridInput::Map::linear,
                                    .mapped = 64,
                                    .positions = {.kind = PositionConfig::Kind::
                                                      fourier,
                                                  .bands = 64,
                                                  .resolution = {368, 496}}}}},
          .encoder = {.latents = 2048,
                      .channels = 512,
                      .blocks = 1,
                      .layers = 24,
                      .cross_heads = 1,
                      .heads = 16},
          .decoder = {.kind = DecoderConfig::Kind::query,
                      .queries = {{.name = "flow", .extents = {368, 496}}},
                      .heads = 1,
                      .query_residual = false,
                      .outputs = 2,
                      .divisor = 100}}};
}

// The model whose parameters and FLOPs appendix H prints.
PublishedModel perceiver_io_flow_16() {
  PublishedModel model = perceiver_io_flow();
  model.name = "perceiver_io_flow_16";
  model.source = "Jaegle et al. 2022, appendix H, as its figures imply";
  model.config.encoder.latents = 1024;
  model.config.encoder.layers = 16;
  return model;
}

// Table 16: a pixel alone in place of its 3×3 neighbours.
PublishedModel perceiver_io_flow_1x1() {
  PublishedModel model = perceiver_io_flow();
  model.name = "perceiver_io_flow_1x1";
  model.source = "Jaegle et al. 2022, Table 16";
  std::get<GridInput>(model.config.inputs[0].input).channels = 3;
  return model;
}

}  // namespace

std::vector<PublishedModel> flow_models() {
  return {perceiver_io_flow(), perceiver_io_flow_16(), perceiver_io_flow_1x1()};
}

}  // namespace suite
