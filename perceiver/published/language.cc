// Masked language models: what a text's masked tokens were.
#include "perceiver/published/families.h"

namespace suite {
namespace {

// Perceiver IO Table 11: 2,048 bytes, of which 6 numbers are special; queries
// of 768 channels, which Table 6 has as 1,280.
PublishedModel perceiver_io_language_bytes() {
  return {
      .name = "perceiver_io_language_bytes",
      .source = "Jaegle et al. 2022, Tables 1 and 11",
      .config = {
          .inputs = {{.name = "text",
                      .input = TextInput{.vocabulary = 262,
                                         .length = 2048,
                                         .channels = 768}}},
          .encoder = {.latents = 256,
                      .channels = 1280,
                      .blocks = 1,
                      .layers = 26,
                      .cross_heads = 8,
                      .heads = 8,
                      .qk_channels = 256,
                      .v_channels = 1280},
          .decoder = {
              .kind = DecoderConfig::Kind::query,
              .queries = {{.name = "text",
                           .extents = {2048},
                           .positions = {.kind = PositionConfig::Kind::learned,
                                         .channels = 768}}},
              .heads = 8,
              .qk_channels = 256,
              .v_channels = 768,
              .query_residual = false,
              .vocabulary = true}}};
}

// Of 512 SentencePiece tokens.
PublishedModel perceiver_io_language_base() {
  PublishedModel model = perceiver_io_language_bytes();
  model.name = "perceiver_io_language_base";
  model.config.inputs = {
      {.name = "text",
       .input =
           TextInput{.vocabulary = 32000, .length = 512, .channels = 768}}};
  model.config.decoder.queries[0].extents = {512};
  return model;
}

// Of bytes, with other latents: values are always as wide as they.
PublishedModel bytes_with(const std::string& name, const std::string& where,
                          std::size_t latents, std::size_t channels,
                          std::size_t layers) {
  PublishedModel model = perceiver_io_language_bytes();
  model.name = name;
  model.source = "Jaegle et al. 2022, " + where;
  EncoderConfig& encoder = model.config.encoder;
  encoder.latents = latents;
  encoder.channels = channels;
  encoder.v_channels = channels;
  encoder.layers = layers;
  return model;
}

}  // namespace

std::vector<PublishedModel> language_models() {
  return {
      perceiver_io_language_base(),
      perceiver_io_language_bytes(),
      // "Perceiver IO++": 40 layers, wider.
      bytes_with("perceiver_io_language_plus", "Tables 1 and 11", 256, 1536,
                 40),
      // Fewer and wider latents, more and narrower ones.
      bytes_with("perceiver_io_language_bytes_128", "Table 15", 128, 1920, 26),
      bytes_with("perceiver_io_language_bytes_512", "Table 15", 512, 896, 26),
  };
}

}  // namespace suite
