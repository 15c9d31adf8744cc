#include "pretrained/run/model_inputs.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pretrained/huggingface/fields.h"
#include "pretrained/run/arrays.h"
#include "pretrained/run/observed.h"
#include "support/files.h"

namespace suite {
namespace {

// What Hugging Face's image processor makes of any picture.
constexpr std::size_t kImageSize = 224;

const Modality& modality_named(const IoConfig& config,
                               const std::string& name) {
  for (const Modality& modality : config.inputs) {
    if (modality.name == name) return modality;
  }
  throw Error(fmt::format("{}: the model takes none", name));
}

std::size_t outputs_of(const IoConfig& config, const std::string& name) {
  for (const QueryConfig& query : config.decoder.queries) {
    if (query.name == name && name != "label") return elements(query.extents);
  }
  throw Error(fmt::format("--points {}: audio and image are allowed", name));
}

void take_files(std::map<std::string, NpyArray>&& files, const IoConfig& config,
                ModelInputs& inputs) {
  for (auto& [name, file] : files) {
    inputs.arrays[name] = array_from(file, name);
    if (name == "text") {
      const auto& text =
          std::get<TextInput>(modality_named(config, name).input);
      check_ids(file, text.vocabulary);
      require(file.shape[1] <= text.length, "{}: {} ids; 1 to {} are allowed",
              file.name, file.shape[1], text.length);
    }
    file = NpyArray();  // its values are held once
  }
}

}  // namespace

std::map<std::string, NpyArray> read_inputs(
    const PretrainedArguments& arguments, const std::vector<std::string>& inputs) {
  std::map<std::string, NpyArray> files;
  for (const std::string& word : arguments.input) {
    const auto [name, path] =
        named_path("--input", word, inputs.size() > 1 ? "" : inputs[0]);
    require(std::find(inputs.begin(), inputs.end(), name) != inputs.end(),
            "--input {}: the model takes {}", word, fmt::join(inputs, ", "));
    files[name] = read_npy(path);
  }
  return files;
}

InputShapes asked_shapes(const nlohmann::json& config,
                         const std::string& architecture) {
  const Fields f(config);
  const std::size_t frames = f.number("num_frames", 16);
  if (architecture == "PerceiverForOpticalFlow") {
    const auto size = f.numbers("train_size", {368, 496}, 2);
    return {{"image", {1, 2, 27, size[0], size[1]}}};
  }
  if (architecture == "PerceiverForMultimodalAutoencoding") {
    const auto out = f.numbers("output_shape", {1, 16, 224, 224}, 4);
    const std::size_t each = f.number("audio_samples_per_frame", 1920);
    return {{"audio", {1, frames * each, 1}},
            {"image", {1, frames, 3, out[2], out[3]}}};
  }
  const std::size_t size = architecture.ends_with("Learned")
                               ? f.number("image_size", 56)
                               : kImageSize;
  return {{"text", {1, f.number("max_position_embeddings", 2048)}},
          {"image", {1, 3, size, size}}};
}

InputShapes shapes_for(const std::map<std::string, NpyArray>& files,
                       const std::vector<std::string>& inputs,
                       const InputShapes& asked) {
  InputShapes shapes;
  for (const std::string& name : inputs) {
    const auto file = files.find(name);
    shapes[name] = file == files.end() ? asked.at(name) : file->second.shape;
    require(!shapes[name].empty(), "{}: a single number is no input", name);
  }
  const std::size_t batch = shapes.begin()->second[0];
  for (const auto& [name, shape] : shapes) {
    require(shape[0] == batch, "{}: a batch of {}, of {} one of {}", name,
            shape[0], shapes.begin()->first, batch);
  }
  return shapes;
}

ModelInputs model_inputs(std::map<std::string, NpyArray>&& files,
                         const PretrainedArguments& a,
                         const HuggingfaceModel& described,
                         const InputShapes& shapes) {
  ModelInputs inputs;
  inputs.shapes = shapes;
  take_files(std::move(files), described.config, inputs);
  if (!a.mask.empty()) {
    inputs.mask = mask_from(read_npy(user_path(a.mask)),
                            shapes.begin()->second);
  }
  for (const std::string& word : a.points) {
    const auto [name, path] = named_path("--points", word, "");
    inputs.points[name] =
        points_from(read_npy(path), outputs_of(described.config, name));
  }
  for (const Modality& modality : described.config.inputs) {
    if (modality.hidden || inputs.arrays.contains(modality.name)) continue;
    observe(a, described, modality, inputs);
  }
  return inputs;
}

}  // namespace suite
