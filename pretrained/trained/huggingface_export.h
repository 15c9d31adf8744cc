// A classifier that was trained by //experiments:learn as Hugging Face's
// transformers load it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "perceiver/io/model.h"
#include "pretrained/trained/trained_model.h"
#include "support/formats/safetensors_writer.h"

namespace suite {

struct HuggingfaceExport {
  std::string architecture;
  nlohmann::json config;  // of its config.json
  std::vector<NamedTensor<float>> tensors;
  std::string note;  // what it takes and answers, and what it lacks
};

// Of a text whose classifier is theirs, a PerceiverForSequenceClassification;
// of all else the encoder, as a PerceiverModel that takes the rows which it
// reads, [batch, N, C]. Throws Error, saying why, for an encoder that is none
// of theirs. `model` has its weights.
HuggingfaceExport huggingface_export(const TrainedModel& trained,
                                     IoModel<float>& model);

}  // namespace suite
