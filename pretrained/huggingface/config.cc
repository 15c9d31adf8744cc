#include "pretrained/huggingface/config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pretrained/huggingface/fields.h"
#include "support/formats/shown.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;
using Map = GridInput::Map;
using Extents = std::vector<std::size_t>;

// Past this they are no model's, and their products with widths would not fit.
constexpr std::size_t kMostRows = std::size_t{1} << 28;

// What all its classes share; widths that the library sets by default.
constexpr std::size_t kDecoderHeads = 8, kDecoderKeys = 8 * 32;

const Extents& shape_of(const InputShapes& shapes, const char* name,
                        std::size_t rank) {
  const auto found = shapes.find(name);
  require(found != shapes.end(), "no {}: the model takes it", name);
  require(found->second.size() == rank,
          "{}: an array of shape [{}]; the model takes {} dimensions", name,
          fmt::join(found->second, ", "), rank);
  return found->second;
}

Gelu gelu_of(const std::string& name) {
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Gelu::tanh;
  require(name == "gelu",
          "config.json: hidden_act = {}: allowed are gelu, gelu_new and "
          "gelu_pytorch_tanh",
          shown(name));
  return Gelu::erf;
}

bool keys_as_queries(const Fields& fields) {
  const std::string name =
      fields.text("cross_attention_shape_for_attention", "kv");
  require(name == "kv" || name == "q",
          "config.json: cross_attention_shape_for_attention = {}: allowed are "
          "kv and q",
          shown(name));
  return name == "q";
}

EncoderConfig encoder_of(const Fields& f) {
  return {.latents = f.number("num_latents", 256),
          .channels = f.number("d_latents", 1280),
          .blocks = f.number("num_blocks", 1),
          .layers = f.number("num_self_attends_per_block", 26, 0),
          .sharing = Sharing::all,
          .cross_heads = f.number("num_cross_attention_heads", 8),
          .heads = f.number("num_self_attention_heads", 8),
          .qk_channels = f.number_or_null("qk_channels"),
          .v_channels = f.number_or_null("v_channels"),
          .keys_as_latents = keys_as_queries(f),
          .cross_widening = f.number("cross_attention_widening_factor", 1),
          .widening = f.number("self_attention_widening_factor", 1),
          .query_residual = f.flag("use_query_residual", true)};
}

std::size_t labels_of(const Fields& f) {
  const std::size_t named = f.labels().size();
  return named > 0 ? named : f.number("num_labels", 2);
}

QueryConfig learned_queries(const char* name, Extents extents,
                            std::size_t channels) {
  return {.name = name,
          .extents = std::move(extents),
          .positions = {.kind = Kind::learned, .channels = channels}};
}

DecoderConfig classifier(const Fields& f) {
  return {.kind = DecoderConfig::Kind::query,
          .queries = {learned_queries("logits", {1}, f.number("d_latents", 1280))},
          .keys_as_queries = keys_as_queries(f),
          .query_residual = true,
          .outputs = labels_of(f)};
}

Modality text_of(const Fields& f, const InputShapes& shapes) {
  shape_of(shapes, "text", 2);
  return {"text", TextInput{f.number("vocab_size", 262),
                            f.number("max_position_embeddings", 2048),
                            f.number("d_model", 768)}};
}

void array_model(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  const Extents& shape = shape_of(shapes, "array", 3);
  const std::size_t channels = f.number("d_model", 768);
  require(shape[2] == channels,
          "array: {} channels; config.json has d_model = {}", shape[2],
          channels);
  c.inputs = {{"array", GridInput{.extents = {shape[1]}, .channels = channels}}};
}

void masked_lm(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  c.inputs = {text_of(f, shapes)};
  const TextInput& text = std::get<TextInput>(c.inputs[0].input);
  c.decoder = {.kind = DecoderConfig::Kind::query,
               .queries = {learned_queries("logits", {text.length},
                                           text.channels)},
               .heads = kDecoderHeads,
               .qk_channels = kDecoderKeys,
               .v_channels = text.channels,
               .vocabulary = true};
}

void sequence_classification(const Fields& f, const InputShapes& shapes,
                             IoConfig& c) {
  c.inputs = {text_of(f, shapes)};
  c.decoder = classifier(f);
}

GridInput picture(const InputShapes& shapes) {
  const Extents& shape = shape_of(shapes, "image", 4);
  require(shape[1] == 3, "image: {} channels; the model takes 3", shape[1]);
  return {.extents = {shape[2], shape[3]}, .channels = 3};
}

void image_learned(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  GridInput image = picture(shapes);
  const std::size_t size = f.number("image_size", 56);
  require(image.extents == Extents({size, size}),
          "image: {} × {} pixels; positions were learned for {} × {}",
          image.extents[0], image.extents[1], size, size);
  image.map = Map::linear;
  image.mapped = 256;
  image.positions = {.kind = Kind::learned, .channels = 256, .projected = 256};
  c.inputs = {{"image", image}};
  c.decoder = classifier(f);
  c.decoder.query_residual = c.semantics.learned_image_residual;
}

void image_fourier(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  GridInput image = picture(shapes);
  image.positions = {
      .kind = Kind::fourier, .bands = 64, .resolution = {224, 224}};
  c.inputs = {{"image", image}};
  c.decoder = classifier(f);
}

void image_conv(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  GridInput image = picture(shapes);
  image.map = Map::convolution;
  image.mapped = 64;
  image.positions = {.kind = Kind::fourier, .bands = 64, .resolution = {56, 56}};
  c.inputs = {{"image", image}};
  c.decoder = classifier(f);
}

void optical_flow(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  const Extents& shape = shape_of(shapes, "image", 5);
  const Extents size = f.numbers("train_size", {368, 496}, 2);
  require(shape[1] == 2 && shape[2] == 27 &&
              Extents(shape.begin() + 3, shape.end()) == size,
          "image: an array of shape [{}]; the model takes [batch, 2, 27, {}, "
          "{}]",
          fmt::join(shape, ", "), size[0], size[1]);
  c.inputs = {{"image", GridInput{.extents = {2, size[0], size[1]},
                                  .channels = 27,
                                  .patch = {2, 1, 1},
                                  .map = Map::linear,
                                  .mapped = 64,
                                  .positions = {.kind = Kind::fourier,
                                                .bands = 64,
                                                .resolution = size}}}};
  c.decoder = {.kind = DecoderConfig::Kind::query,
               .queries = {{.name = "logits", .extents = size}},
               .keys_as_queries = keys_as_queries(f),
               .outputs = 2,
               .divisor = 100};
}

void multimodal(const Fields& f, const InputShapes& shapes, IoConfig& c) {
  const Extents& sound = shape_of(shapes, "audio", 3);
  const Extents& film = shape_of(shapes, "image", 5);
  const std::size_t frames = f.number("num_frames", 16);
  const std::size_t size = f.number("image_size", 56);
  const std::size_t samples =
      frames * f.number("audio_samples_per_frame", 1920);
  const std::size_t patch = f.number("samples_per_patch", 16);
  require(patch <= samples,
          "config.json: samples_per_patch = {}: 1 to {}, of all frames, are "
          "allowed",
          patch, samples);
  const std::size_t labels = labels_of(f);
  require(sound[2] == 1 && film[2] == 3,
          "audio of {} and image of {} channels; the model takes 1 and 3",
          sound[2], film[2]);
  const Extents out = f.numbers("output_shape", {1, 16, 224, 224}, 4);
  const PositionConfig in_sound{
      .kind = Kind::fourier, .bands = 192, .resolution = {samples}};
  const PositionConfig in_film{
      .kind = Kind::fourier, .bands = 32, .resolution = {frames, size, size}};
  c.inputs = {
      {"audio", GridInput{.extents = {sound[1]},
                          .patch = {patch},
                          .positions = in_sound}},
      {"image", GridInput{.extents = {film[1], film[3], film[4]},
                          .channels = 3,
                          .patch = {1, 4, 4},
                          .positions = in_film}},
      {"label", GridInput{.extents = {1}, .channels = labels},
       /*hidden=*/true}};
  QueryConfig label = learned_queries(
      "label", {1}, f.number("_label_trainable_num_channels", 1024));
  label.outputs = labels;
  c.decoder = {.kind = DecoderConfig::Kind::query,
               .queries = {{.name = "audio",
                            .extents = {samples / patch},
                            .positions = in_sound,
                            .outputs = patch},
                           {.name = "image",
                            .extents = {out[1], out[2], out[3]},
                            .positions = in_film,
                            .outputs = 3},
                           label},
               .keys_as_queries = keys_as_queries(f),
               .outputs = f.number("output_num_channels", 512)};
}

struct Architecture {
  std::vector<std::string> inputs;
  void (*fill)(const Fields&, const InputShapes&, IoConfig&);
};

const std::map<std::string, Architecture>& architectures() {
  static const std::map<std::string, Architecture> kAll = {
      {"PerceiverModel", {{"array"}, array_model}},
      {"PerceiverForMaskedLM", {{"text"}, masked_lm}},
      {"PerceiverForSequenceClassification",
       {{"text"}, sequence_classification}},
      {"PerceiverForImageClassificationLearned", {{"image"}, image_learned}},
      {"PerceiverForImageClassificationFourier", {{"image"}, image_fourier}},
      {"PerceiverForImageClassificationConvProcessing",
       {{"image"}, image_conv}},
      {"PerceiverForOpticalFlow", {{"image"}, optical_flow}},
      {"PerceiverForMultimodalAutoencoding",
       {{"audio", "image"}, multimodal}}};
  return kAll;
}

const Architecture& architecture_named(const std::string& name) {
  const auto found = architectures().find(name);
  std::vector<std::string> known;
  for (const auto& [each, _] : architectures()) known.push_back(each);
  require(found != architectures().end(),
          "config.json: architecture {}: allowed are {}", shown(name),
          fmt::join(known, ", "));
  return found->second;
}

void check_rows(const std::string& name, const Extents& extents) {
  std::size_t rows = 1;
  for (const std::size_t extent : extents) {
    require(extent <= kMostRows / rows,
            "{}: [{}]: a product of up to {} is allowed", name,
            fmt::join(extents, ", "), kMostRows);
    rows *= std::max<std::size_t>(extent, 1);  // empty inputs are refused later
  }
}

// Inputs and tables of positions are made before weights are compared with the
// checkpoint's, so that only this stands between a config.json and memory.
void check_sizes(const IoConfig& config) {
  for (const Modality& modality : config.inputs) {
    if (const auto* text = std::get_if<TextInput>(&modality.input)) {
      check_rows(modality.name, {text->length});
    } else if (const auto* grid = std::get_if<GridInput>(&modality.input)) {
      check_rows(modality.name, grid->extents);
    }
  }
  for (const QueryConfig& query : config.decoder.queries) {
    check_rows(query.name + " asked for", query.extents);
  }
}

}  // namespace

std::string huggingface_architecture(const nlohmann::json& config) {
  const auto named = config.find("architectures");
  require(named != config.end() && named->is_array() && named->size() == 1 &&
              (*named)[0].is_string(),
          "config.json: architectures: a list of one name is allowed");
  const std::string name = (*named)[0].get<std::string>();
  architecture_named(name);
  return name;
}

std::vector<std::string> huggingface_inputs(const std::string& architecture) {
  return architecture_named(architecture).inputs;
}

HuggingfaceModel huggingface_model(const nlohmann::json& config,
                                   const std::string& architecture,
                                   const InputShapes& shapes,
                                   std::string_view semantics_name) {
  const Fields fields(config);
  HuggingfaceModel model{architecture, {}, fields.labels()};
  model.config.encoder = encoder_of(fields);
  model.config.semantics = semantics(semantics_name);
  if (model.config.semantics == huggingface_semantics()) {
    model.config.semantics.gelu = gelu_of(fields.text("hidden_act", "gelu"));
  }
  architecture_named(architecture).fill(fields, shapes, model.config);
  check_sizes(model.config);
  return model;
}

}  // namespace suite
