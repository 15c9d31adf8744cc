// What the first paper took away from its ImageNet model (Tables 5 to 7, Fig.
// 5).
#include <fmt/format.h>

#include "perceiver/published/families.h"

namespace suite {
namespace {

// The model of appendix B's Fig. 5, from which it goes in every direction: two
// blocks of 4 layers, nothing shared.
PublishedModel perceiver_imagenet_small() {
  return {
      .name = "perceiver_imagenet_small",
      .source = "Jaegle et al. 2021, appendix B, Fig. 5",
      .config = {
          .inputs = {{.name = "image",
                      .input =
                          GridInput{
                              .extents = {224, 224},
                              .channels = 3,
                              .positions = {.kind =
                                                PositionConfig::Kind::fourier,
                                            .bands = 64,
                                            .resolution = {224, 224}}}}},
          .encoder = {.latents = 512,
                      .channels = 512,
                      .blocks = 2,
                      .layers = 4,
                      .cross_attends = {1, 1},
                      .sharing = Sharing::none,
                      .cross_heads = 1,
                      .heads = 8},
          .decoder = {.kind = DecoderConfig::Kind::average, .outputs = 1000}}};
}

// The ImageNet model with other blocks, cross-attentions and sharing.
PublishedModel ablated(const std::string& name, const std::string& where,
                       std::size_t blocks, std::size_t layers,
                       const std::vector<std::size_t>& reads, Sharing sharing) {
  PublishedModel model = perceiver_imagenet_small();
  model.name = "perceiver_imagenet_" + name;
  model.source = "Jaegle et al. 2021, " + where;
  EncoderConfig& encoder = model.config.encoder;
  encoder.channels = 1024;
  encoder.blocks = blocks;
  encoder.layers = layers;
  encoder.cross_attends = reads;
  encoder.sharing = sharing;
  return model;
}

// Cross-attentions and nothing else, each with its own weights.
PublishedModel reads_only(std::size_t reads) {
  return ablated(fmt::format("{}_reads_only", reads), "Table 5", 1, 0, {reads},
                 Sharing::none);
}

// So many cross-attentions of the 8 blocks: all before the first, or as far
// apart as they can be.
PublishedModel with_reads(const std::string& name,
                          const std::vector<std::size_t>& reads) {
  return ablated(name, "Table 6", 8, 6, reads, Sharing::all_but_first);
}

}  // namespace

std::vector<PublishedModel> image_ablations() {
  return {
      perceiver_imagenet_small(),
      reads_only(4),
      reads_only(8),
      reads_only(12),
      with_reads("1_read", {1}),
      with_reads("2_reads_first", {2}),
      with_reads("4_reads_first", {4}),
      with_reads("8_reads_first", {8}),
      with_reads("2_reads_apart", {1, 0, 0, 0, 1, 0, 0, 0}),
      with_reads("4_reads_apart", {1, 0, 1, 0, 1, 0, 1, 0}),
      ablated("unshared", "Table 7", 8, 6, {1, 1, 1, 1, 1, 1, 1, 1},
              Sharing::none),
  };
}

}  // namespace suite
