// The model that a config.json of Hugging Face's transformers describes.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perceiver/io/config.h"
#include "pretrained/inputs/pictures/grey.h"

namespace suite {

// Shapes of the arrays that the model is to take, as numpy has them, by modality:
//   PerceiverModel                  array [batch, N, C]
//   PerceiverForMaskedLM,
//   PerceiverForSequenceClassification
//                                   text [batch, N]
//   PerceiverForImageClassification{Learned, Fourier, ConvProcessing}
//                                   image [batch, 3, height, width]
//   PerceiverForOpticalFlow         image [batch, 2, 27, height, width]
//   PerceiverForMultimodalAutoencoding
//                                   audio [batch, samples, 1],
//                                   image [batch, frames, 3, height, width]
using InputShapes = std::map<std::string, std::vector<std::size_t>>;

struct HuggingfaceModel {
  std::string architecture;  // "PerceiverForMaskedLM"
  IoConfig config;
  std::vector<std::string> labels;  // by number; empty if it has none
  // Where inputs are not what its tokenizer and image processor make of them:
  bool bytes = false;                  // byte b of a text is token b
  std::optional<GreyScale> grey = {};  // pictures are grey
};

// "PerceiverForMaskedLM", …: throws Error unless config.json names one that is
// known.
std::string huggingface_architecture(const nlohmann::json& config);

// The modalities that an architecture takes, in the order of their rows.
std::vector<std::string> huggingface_inputs(const std::string& architecture);

// Throws Error, naming the field, for a value that is not allowed, and for inputs
// that the model does not take.
HuggingfaceModel huggingface_model(const nlohmann::json& config,
                                   const std::string& architecture,
                                   const InputShapes& shapes,
                                   std::string_view semantics);

}  // namespace suite
