#include "training/classifier/model_files.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "support/files.h"
#include "support/formats/safetensors_writer.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

bool is_read_again(const Contestant& contestant) {
  return contestant.name == "perceiver" || contestant.name == "perceiver_io";
}

Json letters(const Contestant& contestant, const Shape& shape) {
  Json all;
  for (const std::string_view letter : kDimensions) {
    if (letter == "batch" || !contestant.facts.reads(letter)) continue;
    all[std::string(letter)] = dimension(shape, letter);
  }
  return all;
}

Json inputs(const ClassifierConfig& config, const TaskFacts& task) {
  return {{"channels", task.channels},
          {"vocabulary", task.vocabulary},
          {"embedding", task.vocabulary > 0 ? config.embedding : 0},
          {"grid", task.grid},
          {"places", task.places},
          {"coordinates", task.coordinates},
          {"coordinate_steps", kCoordinateSteps}};
}

Json positions(const InputPositions& positions) {
  switch (positions.kind) {
    case InputPositions::Kind::none:
      break;
    case InputPositions::Kind::fourier:
      return {{"kind", "fourier"}, {"bands", positions.bands}};
    case InputPositions::Kind::learned:
      return {{"kind", "learned"}, {"channels", positions.channels}};
  }
  return {{"kind", "none"}};
}

Json described(const ClassifierConfig& config, const TaskFacts& task) {
  Json all = {{"architectures", {"PerceiverClassifier"}},
              {"contestant", config.entry.name()},
              {"shape", letters(*config.entry.contestant,
                                contestant_shape(config, task))},
              {"task", task.name},
              {"inputs", inputs(config, task)},
              {"positions", positions(config.positions)}};
  if (task.pixels) {
    all["pixels"] = {{"patch", task.pixels->patch},
                     {"white", task.pixels->white},
                     {"middle", task.pixels->middle},
                     {"unit", task.pixels->unit}};
  }
  all["outputs"] = task.outputs;
  for (std::size_t i = 0; i < task.classes.size(); ++i) {
    all["id2label"][std::to_string(i)] = task.classes[i];
  }
  return all;
}

}  // namespace

void write_model(const std::string& folder, const ClassifierConfig& config,
                 const TaskFacts& task, Classifier<float>& model) {
  if (!is_read_again(*config.entry.contestant)) return;
  std::vector<NamedTensor<float>> tensors;
  model.for_each_parameter([&](const Parameter<float>& parameter) {
    tensors.push_back({parameter.name,
                       parameter.shape,
                       {parameter.values.begin(), parameter.values.end()}});
  });
  make_folder(folder);
  write_safetensors<float>(folder + "/model.safetensors", tensors);
  replace_file(folder + "/config.json", described(config, task).dump(2) + "\n");
}

}  // namespace suite
