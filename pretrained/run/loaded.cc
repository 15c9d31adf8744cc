#include "pretrained/run/loaded.h"

#include <nlohmann/json.hpp>

#include "pretrained/checkpoint/checkpoint.h"
#include "pretrained/huggingface/load.h"
#include "pretrained/trained/trained_model.h"
#include "pretrained/trained/weights.h"
#include "support/files.h"

namespace suite {
namespace {

// A classifier of //experiments:learn.
Loaded load_trained(const Checkpoint& checkpoint, const nlohmann::json& json,
                    const PretrainedArguments& a) {
  require(a.semantics == "huggingface",
          "--semantics goes with weights of transformers'");
  TrainedModel trained = trained_model(json);
  IoConfig& config = trained.described.config;
  check_extents(checkpoint, config.encoder);
  const std::vector<std::string> names = {trained.input().name};
  check_options(a, kTrainedArchitecture, names);
  std::map<std::string, NpyArray> files = read_inputs(a, names);
  const InputShapes shapes = shapes_for(files, names, example_shapes(trained));
  require_input_shapes(trained, shapes);
  configure(a, config);
  ModelInputs inputs =
      model_inputs(std::move(files), a, trained.described, shapes);
  IoModel<float> model(config);
  load_trained_weights(checkpoint, trained, model);
  return {std::move(trained.described), std::move(inputs), std::move(model)};
}

}  // namespace

void configure(const PretrainedArguments& a, IoConfig& config) {
  config.decoder.chunk = a.chunk;
  if (!a.attention_map.empty()) {
    config.encoder.attention = AttentionForm::materialised;
  }
}

IoInput<float> Loaded::input_of(const ModelInputs& inputs) {
  IoInput<float> input = suite::input_of(inputs.arrays);
  input.mask = inputs.mask;
  input.points = inputs.points;
  return input;
}

Loaded load_checkpoint(const PretrainedArguments& a) {
  const Checkpoint checkpoint(user_path(a.checkpoint));
  const nlohmann::json json = checkpoint.config();
  if (a.architecture.empty() && is_trained_here(json)) {
    return load_trained(checkpoint, json, a);
  }
  const std::string architecture =
      a.architecture.empty() ? huggingface_architecture(json) : a.architecture;
  const std::vector<std::string> names = huggingface_inputs(architecture);
  check_options(a, architecture, names);

  std::map<std::string, NpyArray> files = read_inputs(a, names);
  const InputShapes shapes =
      shapes_for(files, names, asked_shapes(json, architecture));
  HuggingfaceModel described =
      huggingface_model(json, architecture, shapes, a.semantics);
  check_extents(checkpoint, described.config.encoder);
  configure(a, described.config);
  ModelInputs inputs = model_inputs(std::move(files), a, described, shapes);

  IoModel<float> model(described.config);
  load_weights(checkpoint, architecture, model);
  return {std::move(described), std::move(inputs), std::move(model)};
}

}  // namespace suite
