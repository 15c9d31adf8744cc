#include "pretrained/run/record_inputs.h"

#include <fmt/ranges.h>

#include "pretrained/run/arrays.h"
#include "primitives/random.h"

namespace suite {
namespace {

// Of one example, as numpy has it.
struct NumpyShape {
  std::vector<std::size_t> operator()(const TextInput& text) const {
    return {1, text.length};
  }
  std::vector<std::size_t> operator()(const GridInput& grid) const {
    std::vector<std::size_t> shape = grid.extents;
    const bool line = shape.size() == 1;
    shape.insert(line ? shape.end() : shape.end() - 2, grid.channels);
    shape.insert(shape.begin(), 1);
    return shape;
  }
  std::vector<std::size_t> operator()(const PointInput& points) const {
    return {1, points.points, points.dims};
  }
};

void fill(RawArray<float>& array, const Modality& modality,
          std::uint64_t seed) {
  const std::uint64_t own = derive_seed(seed, "input." + modality.name);
  if (const auto* text = std::get_if<TextInput>(&modality.input)) {
    Random random(own);
    for (std::int64_t& id : array.tokens) {
      id = static_cast<std::int64_t>(random.below(text->vocabulary));
    }
    return;
  }
  fill_normal(std::span(array.values.data(), array.values.size()), own);
}

}  // namespace

ModelInputs record_inputs(std::map<std::string, NpyArray>&& files,
                          const IoModel<float>& model, std::uint64_t seed) {
  ModelInputs inputs;
  inputs.arrays = model.blank(/*batch=*/1);
  for (const Modality& modality : model.config().inputs) {
    if (modality.hidden) continue;
    const auto shape = std::visit(NumpyShape(), modality.input);
    inputs.shapes[modality.name] = shape;
    RawArray<float>& array = inputs.arrays.at(modality.name);
    const auto file = files.find(modality.name);
    if (file == files.end()) {
      fill(array, modality, seed);
      continue;
    }
    require(file->second.shape == shape,
            "{}: an array of shape [{}]; the model takes [{}]",
            file->second.name, fmt::join(file->second.shape, ", "),
            fmt::join(shape, ", "));
    array = array_from(file->second, modality.name);
    if (const auto* text = std::get_if<TextInput>(&modality.input)) {
      check_ids(file->second, text->vocabulary);
    }
  }
  return inputs;
}

void check_record_options(const PretrainedArguments& a) {
  require(!a.observes() && a.mask.empty() && a.points.empty() &&
              a.flow.empty() && a.architecture.empty(),
          "--model goes with --input, --seed, --semantics, --out, "
          "--attention-map and what is measured");
}

std::vector<std::string> record_modalities(const IoConfig& config) {
  std::vector<std::string> names;
  for (const Modality& modality : config.inputs) {
    if (!modality.hidden) names.push_back(modality.name);
  }
  return names;
}

}  // namespace suite
