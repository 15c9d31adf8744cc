// ImageNet: 224×224 pixels, 1,000 classes.
#include "perceiver/published/families.h"

namespace suite {
namespace {

// RGB beside 2·(2·64 + 1) Fourier features: 50,176 rows of 261.
Modality pixels() {
  return {
      .name = "image",
      .input = GridInput{.extents = {224, 224},
                         .channels = 3,
                         .positions = {.kind = PositionConfig::Kind::fourier,
                                       .bands = 64,
                                       .resolution = {224, 224}}}};
}

// RGB mapped to 256, beside learned positions mapped likewise: 50,176 of 512.
Modality learned_pixels() {
  return {
      .name = "image",
      .input = GridInput{.extents = {224, 224},
                         .channels = 3,
                         .map = GridInput::Map::linear,
                         .mapped = 256,
                         .positions = {.kind = PositionConfig::Kind::learned,
                                       .channels = 256,
                                       .projected = 256}}};
}

// A convolution's 64 channels beside 258 Fourier features: 3,136 of 322.
Modality convolved_pixels() {
  return {
      .name = "image",
      .input = GridInput{.extents = {224, 224},
                         .channels = 3,
                         .map = GridInput::Map::convolution,
                         .mapped = 64,
                         .positions = {.kind = PositionConfig::Kind::fourier,
                                       .bands = 64,
                                       .resolution = {56, 56}}}};
}

// RGB mapped to 256 beside Fourier features: 50,176 of 514.
Modality mapped_pixels() {
  return {
      .name = "image",
      .input = GridInput{.extents = {224, 224},
                         .channels = 3,
                         .map = GridInput::Map::linear,
                         .mapped = 256,
                         .positions = {.kind = PositionConfig::Kind::fourier,
                                       .bands = 64,
                                       .resolution = {224, 224}}}};
}

// 48 latent layers, of which 6 have weights of their own.
EncoderConfig encoder() {
  return {.latents = 512,
          .channels = 1024,
          .blocks = 8,
          .layers = 6,
          .cross_attends = {1},
          .sharing = Sharing::all,
          .cross_heads = 1,
          .heads = 8};
}

// One query, as wide as the latents.
DecoderConfig decoder() {
  return {.kind = DecoderConfig::Kind::query,
          .queries = {{.name = "class",
                       .extents = {1},
                       .positions = {.kind = PositionConfig::Kind::learned,
                                     .channels = 1024}}},
          .heads = 1,
          .query_residual = true,
          .outputs = 1000};
}

// The mean of the latents, mapped.
DecoderConfig average() {
  return {.kind = DecoderConfig::Kind::average, .outputs = 1000};
}

// Perceiver §4.1 and appendix C: 8 cross-attentions, of which the first has its
// own weights; every one is followed by the same 6 layers (Table 7).
PublishedModel perceiver_imagenet() {
  return {.name = "perceiver_imagenet",
          .source = "Jaegle et al. 2021, §4.1 and Table 7",
          .config = {.inputs = {pixels()},
                     .encoder = {.latents = 512,
                                 .channels = 1024,
                                 .blocks = 8,
                                 .layers = 6,
                                 .cross_attends = {1, 1, 1, 1, 1, 1, 1, 1},
                                 .sharing = Sharing::all_but_first,
                                 .cross_heads = 1,
                                 .heads = 8},
                     .decoder = average()}};
}

// Perceiver IO appendix A: the Perceiver that IO's Table 7 compares with reads
// once. The three differ in their inputs.
PublishedModel one_read(const std::string& name, const Modality& input) {
  return {.name = name,
          .source = "Jaegle et al. 2022, Table 7",
          .config = {
              .inputs = {input}, .encoder = encoder(), .decoder = average()}};
}

// Perceiver IO appendix A, configuration A, as the released models are.
PublishedModel perceiver_io_imagenet_fourier() {
  return {
      .name = "perceiver_io_imagenet_fourier",
      .source = "Jaegle et al. 2022, Table 7, configuration A",
      .config = {
          .inputs = {pixels()}, .encoder = encoder(), .decoder = decoder()}};
}

// The same of learned positions. The two implementations disagree on whether
// the query is added to what it gets.
PublishedModel perceiver_io_imagenet_learned(const Semantics& semantics) {
  PublishedModel model = perceiver_io_imagenet_fourier();
  model.name = "perceiver_io_imagenet_learned";
  model.config.inputs = {learned_pixels()};
  model.config.decoder.query_residual = semantics.learned_image_residual;
  return model;
}

// The same after a convolution.
PublishedModel perceiver_io_imagenet_conv() {
  PublishedModel model = perceiver_io_imagenet_fourier();
  model.name = "perceiver_io_imagenet_conv";
  model.config.inputs = {convolved_pixels()};
  return model;
}

// Perceiver IO appendix A, configuration B, for pretraining: 16 layers, none
// shared, with MLPs four times as wide. The published FLOPs are of 12.
PublishedModel configuration_b(const std::string& name, const Modality& input,
                               std::size_t layers) {
  return {.name = name,
          .source = "Jaegle et al. 2022, Table 7, configuration B",
          .config = {.inputs = {input},
                     .encoder = {.latents = 512,
                                 .channels = 1024,
                                 .blocks = 1,
                                 .layers = layers,
                                 .cross_heads = 1,
                                 .heads = 8,
                                 .widening = 4},
                     .decoder = decoder()}};
}

}  // namespace

std::vector<PublishedModel> image_models(const Semantics& semantics) {
  return {
      perceiver_imagenet(),
      one_read("perceiver_imagenet_fourier", pixels()),
      one_read("perceiver_imagenet_learned", learned_pixels()),
      one_read("perceiver_imagenet_conv", convolved_pixels()),
      perceiver_io_imagenet_fourier(),
      perceiver_io_imagenet_learned(semantics),
      perceiver_io_imagenet_conv(),
      configuration_b("perceiver_io_imagenet_b_fourier", pixels(), 16),
      configuration_b("perceiver_io_imagenet_b_fourier_12", pixels(), 12),
      // Appendix A's text: pixels go through a 1×1 convolution to 256 channels.
      configuration_b("perceiver_io_imagenet_b_mapped", mapped_pixels(), 16),
      configuration_b("perceiver_io_imagenet_b_conv", convolved_pixels(), 16),
      configuration_b("perceiver_io_imagenet_b_conv_12", convolved_pixels(),
                      12),
  };
}

}  // namespace suite
