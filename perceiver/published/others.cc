// Points of an object, and units of a game.
#include "perceiver/published/families.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;

// Perceiver §4.3: about 2,000 points of one of 40 objects, told by Fourier
// features alone, their highest frequency 1,120 and so ten times an image's.
// What the paper does not say of this model is as in perceiver_imagenet.
PublishedModel perceiver_modelnet40() {
  return {
      .name = "perceiver_modelnet40",
      .source = "Jaegle et al. 2021, §4.3",
      .config = {
          .inputs = {{.name = "points",
                      .input =
                          PointInput{.points = 2000,
                                     .dims = 3,
                                     .positions = {.kind = Kind::fourier,
                                                   .bands = 64,
                                                   .resolution = {2240, 2240,
                                                                  2240}}}}},
          .encoder = {.latents = 512,
                      .channels = 1024,
                      .blocks = 2,
                      .layers = 6,
                      .cross_attends = {1, 1},
                      .sharing = Sharing::all_but_first,
                      .cross_heads = 1,
                      .heads = 8},
          .decoder = {.kind = DecoderConfig::Kind::average, .outputs = 40}}};
}

// Perceiver IO §4.4 and appendix B: AlphaStar's 512 units, 128 channels each,
// ask about themselves. The paper does not say how wide latents and MLPs are:
// 256 and 1,024 are those of the transformer that it replaces.
PublishedModel perceiver_io_starcraft() {
  return {
      .name = "perceiver_io_starcraft",
      .source = "Jaegle et al. 2022, §4.4 and Table 9",
      .config = {
          .inputs = {{.name = "units",
                      .input = GridInput{.extents = {512}, .channels = 128}}},
          .encoder = {.latents = 32,
                      .channels = 256,
                      .blocks = 1,
                      .layers = 3,
                      .cross_heads = 2,
                      .heads = 2,
                      .cross_widening = 4,
                      .widening = 4},
          .decoder = {.kind = DecoderConfig::Kind::query,
                      .queries = {{.name = "units", .extents = {512}}},
                      .heads = 2,
                      .widening = 4}}};
}

// With queries as wide as that transformer, which Table 6 has as 128.
PublishedModel perceiver_io_starcraft_256() {
  PublishedModel model = perceiver_io_starcraft();
  model.name = "perceiver_io_starcraft_256";
  model.source = "Jaegle et al. 2022, Table 9, as its figure implies";
  model.config.decoder.queries[0].positions = {.kind = Kind::learned,
                                               .channels = 256};
  return model;
}

}  // namespace

std::vector<PublishedModel> other_models() {
  return {perceiver_modelnet40(), perceiver_io_starcraft(),
          perceiver_io_starcraft_256()};
}

}  // namespace suite
