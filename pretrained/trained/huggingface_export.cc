#include "pretrained/trained/huggingface_export.h"

#include <map>

#include "perceiver/config.h"
#include "pretrained/huggingface/load.h"
#include "support/check.h"

namespace suite {
namespace {

using Json = nlohmann::json;

constexpr char kEncoder[] = "PerceiverModel";
constexpr char kTextClassifier[] = "PerceiverForSequenceClassification";

// Theirs reads once, before all blocks, which are the same layers.
void require_their_encoder(const EncoderConfig& e) {
  bool reads_once = true;
  for (std::size_t block = 1; block < e.cross_attends.size(); ++block) {
    reads_once &= e.cross_attends[block] == 0;
  }
  reads_once &= e.cross_attends.empty() || e.cross_attends[0] == 1;
  require(reads_once && (e.blocks == 1 || e.sharing != Sharing::none),
          "transformers' Perceiver reads its inputs once and has one block of "
          "weights: of {} blocks, cross_attends=first and another sharing than "
          "none are needed",
          e.blocks);
  const std::size_t qk = or_else(e.qk_channels, e.channels);
  const std::size_t v = or_else(e.v_channels, qk);
  require(v == e.channels,
          "transformers' Perceiver has latents as wide as their values: "
          "v_channels = {}, D = {}",
          v, e.channels);
  require(e.channels % e.cross_heads == 0,
          "transformers' Perceiver divides D = {} by cross_heads = {}",
          e.channels, e.cross_heads);
}

// Why a model is no classifier of theirs; empty: it is one.
std::string differs(const TrainedModel& trained) {
  const IoConfig& config = trained.described.config;
  const DecoderConfig& decoder = config.decoder;
  const std::size_t D = config.encoder.channels;
  const bool is_text = std::holds_alternative<TextInput>(trained.input().input);
  if (!is_text || trained.contestant != "perceiver_io") {
    return "transformers classify texts, trained with perceiver_io";
  }
  if (elements(decoder.queries[0].extents) != 1) {
    return "transformers' classifier has one label";
  }
  if (decoder.heads == 1 && decoder.query_residual &&
      config.encoder.query_residual && decoder.qk_channels == D &&
      decoder.v_channels == D && query_channels(config) == D &&
      decoder.queries[0].outputs == 0) {
    return "";
  }
  return "transformers' classifier is perceiver_io(decoder_heads=1, "
         "decoder_residual=true) with the decoder's other options as they are";
}

Json or_null(std::size_t width) {
  return width == 0 ? Json(nullptr) : Json(width);
}

Json encoder_json(const IoConfig& config, const std::string& architecture) {
  const EncoderConfig& e = config.encoder;
  const bool tanh = config.semantics.gelu == Gelu::tanh;
  return {{"architectures", {architecture}},
          {"model_type", "perceiver"},
          {"num_latents", e.latents},
          {"d_latents", e.channels},
          {"d_model", input_channels(config)},
          {"num_blocks", e.blocks},
          {"num_self_attends_per_block", e.layers},
          {"num_self_attention_heads", e.heads},
          {"num_cross_attention_heads", e.cross_heads},
          {"qk_channels", or_null(e.qk_channels)},
          {"v_channels", or_null(e.v_channels)},
          {"cross_attention_shape_for_attention", "kv"},
          {"self_attention_widening_factor", e.widening},
          {"cross_attention_widening_factor", e.cross_widening},
          {"hidden_act", tanh ? "gelu_new" : "gelu"},
          {"use_query_residual", e.query_residual},
          {"attention_probs_dropout_prob", 0.0},
          {"dtype", "float32"}};
}

void add_labels(const std::vector<std::string>& labels, Json& config) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    config["id2label"][std::to_string(i)] = labels[i];
    config["label2id"][labels[i]] = i;
  }
}

HuggingfaceExport text_classifier(const TrainedModel& trained,
                                  IoModel<float>& model) {
  const auto& text = std::get<TextInput>(trained.input().input);
  HuggingfaceExport made{
      kTextClassifier, encoder_json(trained.described.config, kTextClassifier),
      huggingface_tensors(kTextClassifier, model),
      fmt::format("tokens [batch, up to {}] → logits of {} classes",
                  text.length, trained.described.labels.size())};
  made.config["vocab_size"] = text.vocabulary;
  made.config["max_position_embeddings"] = text.length;
  add_labels(trained.described.labels, made.config);
  return made;
}

// A model that ends with the latents, with the weights of `model`.
IoModel<float> encoder_of(const IoConfig& config, IoModel<float>& model) {
  const GridInput rows{.extents = {input_rows(config)},
                       .channels = input_channels(config)};
  IoModel<float> encoder({.inputs = {{"array", rows}},
                          .encoder = config.encoder,
                          .semantics = config.semantics});
  std::map<std::string, std::span<const float>> weights;
  model.for_each_parameter([&](const Parameter<float>& parameter) {
    weights[parameter.name] = parameter.values;
  });
  encoder.for_each_parameter([&](const Parameter<float>& parameter) {
    const std::span<const float> from = weights.at(parameter.name);
    std::copy(from.begin(), from.end(), parameter.values.begin());
  });
  return encoder;
}

}  // namespace

HuggingfaceExport huggingface_export(const TrainedModel& trained,
                                     IoModel<float>& model) {
  const IoConfig& config = trained.described.config;
  require_their_encoder(config.encoder);
  const std::string why = differs(trained);
  if (why.empty()) return text_classifier(trained, model);
  IoModel<float> encoder = encoder_of(config, model);
  return {
      kEncoder, encoder_json(config, kEncoder),
      huggingface_tensors(kEncoder, encoder),
      fmt::format("the encoder alone, rows [batch, {}, {}] as it reads them "
                  "→ latents; {}",
                  input_rows(config), input_channels(config), why)};
}

}  // namespace suite
