// What a config.json of a classifier says that was trained by
// //experiments:learn: the classifier as a Perceiver IO, which everything here
// runs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "perceiver/io/config.h"
#include "pretrained/huggingface/config.h"

namespace suite {

inline constexpr char kTrainedArchitecture[] = "PerceiverClassifier";

struct TrainedModel {
  HuggingfaceModel described;
  std::string contestant;     // "perceiver" or "perceiver_io", without options
  std::size_t embedding = 0;  // channels of a token's vector; 0: no tokens
  PositionConfig positions;   // beside the inputs
  // The place on its picture of each row of learned positions; empty: in order.
  std::vector<std::size_t> places;

  const Modality& input() const { return described.config.inputs[0]; }
};

// Does config.json name that architecture?
bool is_trained_here(const nlohmann::json& config);

// Its one input is
//   text    of tokens, [batch, N]
//   points  told by their coordinates alone, [batch, N, dims]
//   image   of grey pixels, [batch, 1, height, width]
//   array   of all else, as the task handed it out, [batch, N, channels]
// and its answer "logits", a row for each label. Throws Error, naming the
// field, for what is missing or not allowed, and for models that need other
// inputs than these.
TrainedModel trained_model(const nlohmann::json& config);

// The shape of one example, as numpy has it.
InputShapes example_shapes(const TrainedModel& model);

// Throws Error, naming the input, for another shape but in the batch; a text
// may be shorter.
void require_input_shapes(const TrainedModel& model, const InputShapes& shapes);

}  // namespace suite
