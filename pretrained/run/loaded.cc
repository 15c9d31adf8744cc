#include "pretrained/run/loaded.h"

#include <nlohmann/json.hpp>

#include "pretrained/checkpoint/checkpoint.h"
#include "pretrained/huggingface/load.h"
#include "support/files.h"

namespace suite {
namespace {

// A config.json may claim more layers than any memory holds; none has fewer
// than one tensor. Blocks share theirs.
void check_depth(const Checkpoint& checkpoint, const EncoderConfig& encoder) {
  constexpr std::size_t kMostBlocks = 10000;
  const std::size_t tensors = checkpoint.names().size();
  require(encoder.layers <= tensors,
          "{}: {} layers a block by config.json, and {} tensors in all",
          checkpoint.folder(), encoder.layers, tensors);
  require(encoder.blocks <= kMostBlocks,
          "{}: {} blocks by config.json; up to {} are allowed",
          checkpoint.folder(), encoder.blocks, kMostBlocks);
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
  const std::string architecture =
      a.architecture.empty() ? huggingface_architecture(json) : a.architecture;
  const std::vector<std::string> names = huggingface_inputs(architecture);
  check_options(a, architecture, names);

  std::map<std::string, NpyArray> files = read_inputs(a, names);
  const InputShapes shapes = shapes_for(files, json, architecture);
  HuggingfaceModel described =
      huggingface_model(json, architecture, shapes, a.semantics);
  check_depth(checkpoint, described.config.encoder);
  configure(a, described.config);
  ModelInputs inputs = model_inputs(std::move(files), a, described, shapes);

  IoModel<float> model(described.config);
  load_weights(checkpoint, architecture, model);
  return {std::move(described), std::move(inputs), std::move(model)};
}

}  // namespace suite
