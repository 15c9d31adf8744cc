// Video with sound: Kinetics, told again with its class, and AudioSet.
#include "perceiver/published/families.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;

// 30,720 samples of sound, `patch` at once, with Fourier features of a line.
Modality sound(std::size_t patch) {
  return {.name = "audio",
          .input = GridInput{
              .extents = {30720},
              .patch = {patch},
              .positions = {
                  .kind = Kind::fourier, .bands = 192, .resolution = {30720}}}};
}

// 16 frames of 224×224 pixels in patches of 1×4×4: 50,176 rows.
Modality film() {
  return {.name = "image",
          .input = GridInput{.extents = {16, 224, 224},
                             .channels = 3,
                             .patch = {1, 4, 4},
                             .positions = {.kind = Kind::fourier,
                                           .bands = 32,
                                           .resolution = {16, 56, 56}}}};
}

// One of 700 classes, one-hot, hidden: to be found.
Modality label() {
  return {.name = "label",
          .input = GridInput{.extents = {1}, .channels = 700},
          .hidden = true};
}

// What is asked for: so many patches of sound, so many pixels, and the class.
std::vector<QueryConfig> queries(const std::vector<std::size_t>& patches,
                                 std::size_t patch,
                                 const std::vector<std::size_t>& pixels) {
  return {{.name = "audio",
           .extents = patches,
           .positions = {.kind = Kind::fourier,
                         .bands = 192,
                         .resolution = {30720}},
           .outputs = patch},
          {.name = "image",
           .extents = pixels,
           .positions = {.kind = Kind::fourier,
                         .bands = 32,
                         .resolution = {16, 56, 56}},
           .outputs = 3},
          {.name = "label",
           .extents = {1},
           .positions = {.kind = Kind::learned, .channels = 1024},
           .outputs = 700}};
}

// Perceiver IO §4.3 and appendix F, and the released code: rows padded to 704
// channels, queries to 1,026.
PublishedModel perceiver_io_kinetics(const std::string& name,
                                     std::size_t latents) {
  return {.name = name,
          .source = "Jaegle et al. 2022, §4.3 and Table 4",
          .config = {.inputs = {sound(16), film(), label()},
                     .encoder = {.latents = latents,
                                 .channels = 512,
                                 .blocks = 1,
                                 .layers = 8,
                                 .cross_heads = 1,
                                 .heads = 8},
                     .decoder = {.kind = DecoderConfig::Kind::query,
                                 .queries = queries({1920}, 16, {16, 224, 224}),
                                 .heads = 1,
                                 .query_residual = false,
                                 .outputs = 512}}};
}

// Table 5 counts 480 rows of sound, which is 64 samples a row.
PublishedModel perceiver_io_kinetics_table_5() {
  PublishedModel model =
      perceiver_io_kinetics("perceiver_io_kinetics_table_5", 784);
  model.source = "Jaegle et al. 2022, Table 5";
  model.config.inputs[0] = sound(64);
  model.config.decoder.queries = queries({480}, 64, {16, 224, 224});
  return model;
}

// A step of training asks for 512 pixels, 512 patches of sound and the class.
// Which ones is drawn anew each time; of a count only how many matters.
PublishedModel perceiver_io_kinetics_training() {
  PublishedModel model =
      perceiver_io_kinetics("perceiver_io_kinetics_training", 784);
  model.source = "Jaegle et al. 2022, appendix F and Table 17";
  model.config.decoder.queries = queries({512}, 16, {8, 8, 8});
  return model;
}

// AudioSet: 32 frames in patches of 2×8×8, 12,544 rows of 384 values beside
// 3·(2·16 + 1) Fourier features. Padded, every row has 487 channels (IO Table
// 6). How many bands sound has is not published: 16 too.
std::vector<Modality> film_with(const GridInput& audio) {
  return {
      {.name = "audio", .input = audio},
      {.name = "image",
       .input = GridInput{.extents = {32, 224, 224},
                          .channels = 3,
                          .patch = {2, 8, 8},
                          .positions = {.kind = Kind::fourier, .bands = 16}}}};
}

// 480 rows of 128 samples.
GridInput raw_sound() {
  return {.extents = {61440},
          .patch = {128},
          .positions = {.kind = Kind::fourier, .bands = 16}};
}

// A mel spectrogram's 4,800 values, a row each.
GridInput mel_sound() {
  return {.extents = {4800}, .positions = {.kind = Kind::fourier, .bands = 16}};
}

// Perceiver IO appendix C: 12 layers, read once, averaged. (The first paper's
// own AudioSet models have 2 cross-attentions and 16 layers; it does not say
// how many latents of which width.)
PublishedModel perceiver_audioset(const std::string& name,
                                  const GridInput& audio,
                                  std::size_t channels) {
  return {.name = name,
          .source = "Jaegle et al. 2022, appendix C and Table 10",
          .config = {.inputs = film_with(audio),
                     .encoder = {.latents = 512,
                                 .channels = channels,
                                 .blocks = 1,
                                 .layers = 12,
                                 .cross_heads = 1,
                                 .heads = 8},
                     .decoder = {.kind = DecoderConfig::Kind::average,
                                 .outputs = 527}}};
}

// The same with one learned query of 1,024 channels.
PublishedModel perceiver_io_audioset(const std::string& name,
                                     const GridInput& audio,
                                     std::size_t channels) {
  PublishedModel model = perceiver_audioset(name, audio, channels);
  model.config.decoder = {
      .kind = DecoderConfig::Kind::query,
      .queries = {{.name = "class",
                   .extents = {1},
                   .positions = {.kind = Kind::learned, .channels = 1024}}},
      .heads = 1,
      .query_residual = true,
      .outputs = 527};
  return model;
}

}  // namespace

std::vector<PublishedModel> video_models() {
  return {
      perceiver_io_kinetics("perceiver_io_kinetics_88x", 784),
      perceiver_io_kinetics("perceiver_io_kinetics_176x", 392),
      perceiver_io_kinetics("perceiver_io_kinetics_352x", 196),
      perceiver_io_kinetics_table_5(),
      perceiver_io_kinetics_training(),
      perceiver_audioset("perceiver_audioset_raw", raw_sound(), 512),
      perceiver_audioset("perceiver_audioset_mel", mel_sound(), 512),
      perceiver_io_audioset("perceiver_io_audioset_raw", raw_sound(), 512),
      perceiver_io_audioset("perceiver_io_audioset_mel", mel_sound(), 1024),
  };
}

}  // namespace suite
