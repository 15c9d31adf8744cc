#include "perceiver/published/published.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "perceiver/io/count.h"
#include "support/check.h"

namespace suite {
namespace {

// Rows and channels that the papers print, or that their code has.
struct Sizes {
  const char* name;
  std::size_t N, C, O, query_channels;
};

constexpr Sizes kSizes[] = {
    // Perceiver §4.1: pixels; it asks nothing.
    {"perceiver_imagenet", 50176, 261, 0, 0},
    {"perceiver_imagenet_small", 50176, 261, 0, 0},
    {"perceiver_imagenet_12_reads_only", 50176, 261, 0, 0},
    // Perceiver IO Tables 5 and 6.
    {"perceiver_io_language_base", 512, 768, 512, 768},
    {"perceiver_io_language_bytes", 2048, 768, 2048, 768},
    {"perceiver_io_language_plus", 2048, 768, 2048, 768},
    {"perceiver_io_imagenet_fourier", 50176, 261, 1, 1024},
    {"perceiver_io_imagenet_learned", 50176, 512, 1, 1024},
    {"perceiver_io_imagenet_conv", 3136, 322, 1, 1024},
    {"perceiver_io_imagenet_b_mapped", 50176, 514, 1, 1024},
    {"perceiver_io_flow", 182528, 322, 182528, 322},
    {"perceiver_io_flow_1x1", 182528, 322, 182528, 322},
    {"perceiver_io_kinetics_table_5", 50657, 704, 803297, 1026},
    {"perceiver_io_starcraft", 512, 128, 512, 128},
    {"perceiver_io_audioset_raw", 13024, 487, 1, 1024},
    {"perceiver_io_audioset_mel", 17344, 487, 1, 1024},
    {"perceiver_audioset_raw", 13024, 487, 0, 0},
    // The released code, which has 1,920 rows of sound.
    {"perceiver_io_kinetics_88x", 52097, 704, 804737, 1026},
    {"perceiver_io_kinetics_training", 52097, 704, 1025, 1026},
    // Perceiver §4.3: three dimensions of 64 bands.
    {"perceiver_modelnet40", 2000, 387, 0, 0},
};

TEST(Published, RowsAndChannelsAreThosePublished) {
  for (const Sizes& want : kSizes) {
    SCOPED_TRACE(want.name);
    const IoConfig config = published_model(want.name).config;
    EXPECT_EQ(input_rows(config), want.N);
    EXPECT_EQ(input_channels(config), want.C);
    EXPECT_EQ(query_rows(config), want.O);
    EXPECT_EQ(query_channels(config), want.query_channels);
  }
}

// Perceiver IO Table 4: elements told again, over latents.
TEST(Published, KineticsIsCompressedAsFarAsPublished) {
  const auto latents = [](const char* name) {
    return published_model(name).config.encoder.latents;
  };
  EXPECT_EQ(latents("perceiver_io_kinetics_88x"), 784u);
  EXPECT_EQ(latents("perceiver_io_kinetics_176x"), 392u);
  EXPECT_EQ(latents("perceiver_io_kinetics_352x"), 196u);
}

TEST(Published, EveryEncoderIsAPerceiver) {
  for (const std::string& name : published_names()) {
    SCOPED_TRACE(name);
    const PublishedModel model = published_model(name);
    EXPECT_EQ(model.name, name);
    EXPECT_FALSE(model.source.empty());
    const IoConfig& config = model.config;
    EXPECT_NO_THROW(PerceiverConfig(
        config.encoder, {input_rows(config), input_channels(config)}));
    const bool asks = config.decoder.kind == DecoderConfig::Kind::query;
    EXPECT_EQ(asks, query_rows(config) > 0);
    EXPECT_TRUE(config.decoder.outputs > 0 || config.decoder.vocabulary ||
                name.starts_with("perceiver_io_starcraft"))
        << "it has no output";
  }
}

TEST(Published, EveryRecordMakesAModel) {
  for (const Semantics& semantics :
       {deepmind_semantics(), huggingface_semantics()}) {
    for (const std::string& name : published_names()) {
      SCOPED_TRACE(name);
      const Cost cost = count(published_model(name, semantics).config);
      EXPECT_GT(cost.parameters, 3'000'000u);
      EXPECT_GT(cost.total().macs, 200'000'000u);
    }
  }
}

TEST(Published, NamesAreUnique) {
  const std::vector<std::string> names = published_names();
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
  EXPECT_GE(names.size(), 30u);
}

// Table 7's 48 layers and Table 5's cross-attentions.
TEST(Published, ReadsAreAsPublished) {
  const auto config = [](const std::string& name) {
    const IoConfig io = published_model(name).config;
    return PerceiverConfig(io.encoder, {input_rows(io), input_channels(io)});
  };
  const PerceiverConfig whole = config("perceiver_imagenet");
  EXPECT_EQ(whole.cross_sets.uses(), 8u);
  EXPECT_EQ(whole.cross_sets.sets(), 2u);
  EXPECT_EQ(whole.latent_sets.sets(), 1u);
  EXPECT_EQ(whole.blocks * whole.layers, 48u);
  EXPECT_EQ(config("perceiver_imagenet_unshared").latent_sets.sets(), 8u);
  EXPECT_EQ(config("perceiver_imagenet_12_reads_only").cross_sets.sets(), 12u);
  EXPECT_EQ(config("perceiver_imagenet_12_reads_only").layers, 0u);
  for (const std::size_t reads : {2, 4, 8}) {
    const std::string text = std::to_string(reads);
    const PerceiverConfig first =
        config("perceiver_imagenet_" + text + "_reads_first");
    EXPECT_EQ(first.cross_sets.uses(), reads);
    EXPECT_EQ(first.cross_attends[0], reads);
    EXPECT_EQ(first.blocks * first.layers, 48u);
    if (reads == 8) continue;
    const PerceiverConfig apart =
        config("perceiver_imagenet_" + text + "_reads_apart");
    EXPECT_EQ(apart.cross_sets.uses(), reads);
    EXPECT_EQ(apart.cross_attends[0], 1u);
  }
}

TEST(Published, SemanticsDecideWhereTheImplementationsDisagree) {
  const char* learned = "perceiver_io_imagenet_learned";
  const PublishedModel ours = published_model(learned, deepmind_semantics());
  const PublishedModel theirs =
      published_model(learned, huggingface_semantics());
  EXPECT_FALSE(ours.config.decoder.query_residual);
  EXPECT_TRUE(theirs.config.decoder.query_residual);
  EXPECT_EQ(ours.config.semantics, deepmind_semantics());
  EXPECT_EQ(theirs.config.semantics, huggingface_semantics());
  const IoConfig conv =
      published_model("perceiver_io_imagenet_conv", huggingface_semantics())
          .config;
  EXPECT_EQ(input_rows(conv), 3025u);
}

TEST(Published, AnUnknownNameIsRefusedWithThoseKnown) {
  try {
    published_model("perceiver_io_language_byte");
    FAIL() << "it was found";
  } catch (const Error& error) {
    const std::string said = error.what();
    EXPECT_EQ(said.find("perceiver_io_language_byte: no such"), 0u) << said;
    EXPECT_NE(said.find("perceiver_io_language_bytes,"), said.npos) << said;
    EXPECT_EQ(said.find('\n'), said.npos);
  }
}

}  // namespace
}  // namespace suite
