#include "pretrained/huggingface/names.h"

#include <map>
#include <regex>

#include "support/check.h"

namespace suite {
namespace {

// "mlp_in.weight", of a layer, as they have it.
std::string layer_part(const std::string& part, const std::string& kind) {
  static const std::map<std::string, std::string> kParts = {
      {"norm", "attention.self.layernorm1"},
      {"input_norm", "attention.self.layernorm2"},
      {"query", "attention.self.query"},
      {"key", "attention.self.key"},
      {"value", "attention.self.value"},
      {"output", "attention.output.dense"},
      {"mlp_norm", "layernorm"},
      {"mlp_in", "mlp.dense1"},
      {"mlp_out", "mlp.dense2"}};
  static const std::map<std::string, std::string> kKinds = {
      {"scale", "weight"}, {"offset", "bias"},
      {"weight", "weight"}, {"bias", "bias"}};
  return kParts.at(part) + "." + kKinds.at(kind);
}

// Where the decoder that attends is: classes wrap it differently.
std::string decoder_place(std::string_view architecture) {
  return architecture == "PerceiverForMaskedLM" ? "decoder." : "decoder.decoder.";
}

bool is_multimodal(std::string_view architecture) {
  return architecture == "PerceiverForMultimodalAutoencoding";
}

// Parts of an input, behind its modality's name.
const std::map<std::string, std::string>& input_parts() {
  static const std::map<std::string, std::string> kParts = {
      {"embedding", "embeddings.weight"},
      {"stem.weight", "convnet.conv.weight"},
      {"stem.norm.scale", "convnet.batchnorm.weight"},
      {"stem.norm.offset", "convnet.batchnorm.bias"},
      {"stem.norm.mean", "convnet.batchnorm.running_mean"},
      {"stem.norm.variance", "convnet.batchnorm.running_var"},
      {"positions_map.weight", "positions_projection.weight"},
      {"positions_map.bias", "positions_projection.bias"}};
  return kParts;
}

std::string input_name(std::string_view architecture,
                       const std::string& modality, const std::string& part) {
  const std::string place = "input_preprocessor.";
  if (part == "padding") return place + "padding." + modality;
  if (part == "hidden") return place + "mask." + modality;
  const std::string own =
      is_multimodal(architecture) ? place + "modalities." + modality + "." : place;
  if (part == "positions") {
    return own + (modality == "text" ? "position_embeddings.weight"
                                     : "position_embeddings.position_embeddings");
  }
  if (part.starts_with("map.")) {
    const bool flow = architecture == "PerceiverForOpticalFlow";
    return own + (flow ? "conv_after_patches" : "convnet_1x1") + part.substr(3);
  }
  return own + input_parts().at(part);
}

std::string decoder_name(std::string_view architecture,
                         const std::string& part) {
  const std::string place = decoder_place(architecture);
  std::smatch match;
  static const std::regex kCross(R"(cross\.(\w+)\.(\w+))");
  static const std::regex kQueries(R"((\w+)\.(queries|padding))");
  static const std::regex kOwn(R"((\w+)\.output\.(\w+))");
  if (std::regex_match(part, match, kCross)) {
    return place + "decoding_cross_attention." + layer_part(match[1], match[2]);
  }
  if (part.starts_with("output.")) return place + "final_layer" + part.substr(6);
  if (std::regex_match(part, match, kQueries)) {
    if (match[2] == "padding") return "decoder.padding." + match[1].str();
    const std::string own =
        is_multimodal(architecture)
            ? "decoder.modalities." + match[1].str() + ".decoder."
            : place;
    return own + "output_position_encodings.position_embeddings";
  }
  require(std::regex_match(part, match, kOwn), "{}: no such parameter", part);
  return "output_postprocessor.modalities." + match[1].str() + ".classifier." +
         match[2].str();
}

std::string bare_name(std::string_view architecture, const std::string& ours) {
  std::smatch match;
  static const std::regex kCross(R"(encoder\.cross0\.(\w+)\.(\w+))");
  static const std::regex kLayer(R"(encoder\.block0\.layer(\d+)\.(\w+)\.(\w+))");
  static const std::regex kInput(R"((\w+)\.(.+))");
  if (ours == "encoder.latents") return "embeddings.latents";
  if (std::regex_match(ours, match, kCross)) {
    return "encoder.cross_attention." + layer_part(match[1], match[2]);
  }
  if (std::regex_match(ours, match, kLayer)) {
    return "encoder.self_attends." + match[1].str() + "." +
           layer_part(match[2], match[3]);
  }
  if (ours.starts_with("decoder.")) {
    return decoder_name(architecture, ours.substr(8));
  }
  require(std::regex_match(ours, match, kInput), "{}: no such parameter", ours);
  return input_name(architecture, match[1], match[2]);
}

}  // namespace

std::string huggingface_name(std::string_view architecture,
                             const std::string& ours) {
  if (ours == "decoder.vocabulary_bias") return "embedding_decoder.bias";
  try {
    const std::string name = bare_name(architecture, ours);
    return architecture == "PerceiverModel" ? name : "perceiver." + name;
  } catch (const std::out_of_range&) {
    throw Error(fmt::format("{}: no such parameter", ours));
  }
}

Layout huggingface_layout(const std::string& ours) {
  if (ours.ends_with("stem.weight")) return Layout::convolution;
  return ours.ends_with(".weight") ? Layout::transposed : Layout::plain;
}

bool is_unread_by_huggingface(std::string_view name) {
  return name.ends_with("num_batches_tracked") ||
         // A label that is always hidden is never padded.
         name == "perceiver.input_preprocessor.padding.label" ||
         name == "perceiver.input_preprocessor.mask.audio" ||
         name == "perceiver.input_preprocessor.mask.image";
}

}  // namespace suite
