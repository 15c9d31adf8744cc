#include "pretrained/trained/trained_model.h"

#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "contract/registry.h"
#include "perceiver/config.h"
#include "perceiver/io/contestant/options.h"
#include "pretrained/huggingface/fields.h"
#include "support/check.h"
#include "support/formats/shown.h"

namespace suite {
namespace {

using Json = nlohmann::json;
using Kind = PositionConfig::Kind;
using Extents = std::vector<std::size_t>;

constexpr std::size_t kBytes = 256;  // a vocabulary of bytes
constexpr std::size_t kMostBlocks = 10000;

const Json& field(const Json& object, const char* name) {
  const auto found = object.find(name);
  require(found != object.end(), "config.json: {} is missing", name);
  return *found;
}

const Json& object_of(const Json& config, const char* name) {
  const Json& value = field(config, name);
  require(value.is_object(), "config.json: {}: an object is allowed", name);
  return value;
}

std::size_t number(const Json& object, const char* name, std::size_t least) {
  field(object, name);
  return Fields(object).number(name, 0, least);
}

std::string text(const Json& object, const char* name) {
  field(object, name);
  return Fields(object).text(name, "");
}

float real(const Json& object, const char* name) {
  const Json& value = field(object, name);
  require(value.is_number() && std::isfinite(value.get<float>()),
          "config.json: {}: a finite number is allowed", name);
  return value.get<float>();
}

Extents list(const Json& object, const char* name) {
  const Json& values = field(object, name);
  Extents numbers;
  require(values.is_array(), "config.json: {}: a list is allowed", name);
  for (const Json& value : values) {
    require(value.is_number_unsigned() && value.get<std::uint64_t>() < 1u << 31,
            "config.json: {}: whole numbers below 2^31 are allowed", name);
    numbers.push_back(value.get<std::size_t>());
  }
  return numbers;
}

// Of a contestant, which the task's inputs and labels complete.
Shape shape_of(const Json& config, const Contestant& contestant) {
  const Json& letters = object_of(config, "shape");
  Shape shape;
  for (const std::string_view letter : kDimensions) {
    if (letter == "batch" || !contestant.facts.reads(letter)) continue;
    dimension(shape, letter) =
        number(letters, std::string(letter).c_str(), letter == "L" ? 0 : 1);
  }
  require(shape.B <= kMostBlocks,
          "config.json: B = {}: up to {} blocks are allowed", shape.B,
          kMostBlocks);
  return shape;
}

PositionConfig positions_of(const Json& config) {
  const Json& positions = object_of(config, "positions");
  const std::string kind = text(positions, "kind");
  if (kind == "fourier") {
    return {.kind = Kind::fourier, .bands = number(positions, "bands", 1)};
  }
  if (kind == "learned") {
    return {.kind = Kind::learned,
            .channels = number(positions, "channels", 1)};
  }
  require(kind == "none",
          "config.json: kind = {}: allowed are none, fourier and learned",
          shown(kind));
  return {};
}

// What the task says of its inputs.
struct Inputs {
  std::size_t N, channels, vocabulary, embedding, coordinates;
  std::size_t coordinate_steps;
  Extents grid, places;
  PositionConfig positions;
  std::size_t patch = 0;  // of a picture; 0: it is none
};

void check_places(const Extents& places, std::size_t N) {
  const std::set<std::size_t> once(places.begin(), places.end());
  require(places.empty() || (places.size() == N && once.size() == N &&
                             *once.rbegin() == N - 1),
          "config.json: places: each of 0 to {} once is allowed", N - 1);
}

Inputs inputs_of(const Json& config, std::size_t N) {
  const Json& inputs = object_of(config, "inputs");
  Inputs read{.N = N,
              .channels = number(inputs, "channels", 1),
              .vocabulary = number(inputs, "vocabulary", 0),
              .embedding = number(inputs, "embedding", 0),
              .coordinates = number(inputs, "coordinates", 0),
              .coordinate_steps = number(inputs, "coordinate_steps", 1),
              .grid = list(inputs, "grid"),
              .places = list(inputs, "places"),
              .positions = positions_of(config)};
  require(read.grid.empty() || elements(read.grid) == N,
          "config.json: grid = [{}]: its product must be N = {}",
          fmt::join(read.grid, ", "), N);
  check_places(read.places, N);
  if (config.contains("pixels")) {
    read.patch = number(object_of(config, "pixels"), "patch", 1);
  }
  return read;
}

Modality text_of(const Inputs& in) {
  require(in.channels == 1 && in.embedding > 0 && in.places.empty(),
          "config.json: tokens of {} channels and an embedding of {}: one and "
          "at least one are allowed, in their order",
          in.channels, in.embedding);
  const Extents line = {in.N};
  require(in.positions.kind != Kind::fourier || in.grid == line,
          "config.json: grid = [{}]: tokens stand in a line",
          fmt::join(in.grid, ", "));
  return {"text",
          TextInput{in.vocabulary, in.N, in.embedding + in.positions.width(1)}};
}

Modality points_of(const Inputs& in) {
  require(in.coordinates == in.channels,
          "config.json: {} channels beside {} coordinates: points are read by "
          "their coordinates alone",
          in.channels - in.coordinates, in.coordinates);
  PositionConfig positions = in.positions;
  positions.resolution.assign(in.coordinates, in.coordinate_steps);
  return {"points", PointInput{in.N, in.coordinates, positions}};
}

Modality image_of(const Inputs& in) {
  require(in.grid.size() == 2 && in.channels == in.patch * in.patch,
          "config.json: pixels in patches of {} with {} channels on a grid of "
          "{} dimensions: patch² channels and 2 are allowed",
          in.patch, in.channels, in.grid.size());
  return {"image",
          GridInput{.extents = {in.grid[0] * in.patch, in.grid[1] * in.patch},
                    .patch = {in.patch, in.patch},
                    .positions = in.positions}};
}

Modality array_of(const Inputs& in) {
  const Extents line = {in.N};
  require(in.positions.kind != Kind::fourier ||
              (in.grid == line && in.places.empty()),
          "config.json: Fourier positions on a grid of {} dimensions: of "
          "inputs that are no pixels, a line in its order is read",
          in.grid.size());
  return {"array", GridInput{.extents = line,
                             .channels = in.channels,
                             .positions = in.positions}};
}

Modality modality_of(const Inputs& in) {
  if (in.vocabulary > 0) return text_of(in);
  if (in.patch > 0) return image_of(in);
  if (in.coordinates > 0 && in.positions.kind == Kind::fourier) {
    return points_of(in);
  }
  return array_of(in);
}

// The contestant, and behind it the head, which maps to `classes`.
IoConfig perceiver_of(const Shape& shape, const Options& options,
                      std::size_t outputs, std::size_t classes) {
  require(outputs == 1,
          "config.json: outputs = {}: the mean of perceiver's latents answers "
          "one label",
          outputs);
  IoConfig config;
  config.encoder = encoder_config(shape, options);
  // Zeros to the fully masked, as all contestants have it.
  config.semantics = {.gelu = config.encoder.gelu,
                      .mean_if_fully_masked = false};
  config.decoder = {.kind = DecoderConfig::Kind::average,
                    .queries = {{.name = "logits", .extents = {1}}},
                    .outputs = classes};
  return config;
}

IoConfig perceiver_io_of(Shape shape, const Options& options,
                         std::size_t outputs, std::size_t classes) {
  require(options.number("input_map") == 0,
          "config.json: contestant: its input_map is not read");
  shape.O = outputs;
  IoConfig config = io_config(shape, options);
  QueryConfig& query = config.decoder.queries[0];
  query.name = "logits";
  (config.decoder.outputs == 0 ? config.decoder.outputs : query.outputs) =
      classes;
  return config;
}

Entry contestant_of(const Json& config) {
  const std::string name = text(config, "contestant");
  const std::string bare = parse_contestant_name(name).name;
  require(bare == "perceiver" || bare == "perceiver_io",
          "config.json: contestant = {}: allowed are perceiver and "
          "perceiver_io",
          shown(name));
  const Entry entry = find_contestant(name);
  require(entry.options.text("positions") == "none",
          "config.json: contestant = {}: positions of its own are not read, "
          "those beside its inputs are",
          name);
  return entry;
}

std::optional<GreyScale> grey_of(const Json& config) {
  if (!config.contains("pixels")) return std::nullopt;
  const Json& pixels = object_of(config, "pixels");
  const GreyScale scale{real(pixels, "white"), real(pixels, "middle"),
                        real(pixels, "unit")};
  require(scale.white > 0 && scale.white <= 255 && scale.unit > 0,
          "config.json: pixels: a white of up to 255 and a unit above 0 are "
          "allowed");
  return scale;
}

}  // namespace

bool is_trained_here(const nlohmann::json& config) {
  const auto named = config.find("architectures");
  return named != config.end() && *named == Json::array({kTrainedArchitecture});
}

TrainedModel trained_model(const nlohmann::json& config) {
  const Entry entry = contestant_of(config);
  const Shape shape = shape_of(config, *entry.contestant);
  const Inputs inputs = inputs_of(config, shape.N);
  const std::size_t outputs = number(config, "outputs", 1);
  const std::vector<std::string> labels = Fields(config).labels();
  require(!labels.empty(), "config.json: id2label: its classes are missing");

  TrainedModel model{.contestant = entry.contestant->name,
                     .embedding = inputs.vocabulary > 0 ? inputs.embedding : 0,
                     .positions = inputs.positions};
  if (inputs.patch > 0) model.places = inputs.places;
  HuggingfaceModel& described = model.described;
  described = {
      kTrainedArchitecture,
      model.contestant == "perceiver"
          ? perceiver_of(shape, entry.options, outputs, labels.size())
          : perceiver_io_of(shape, entry.options, outputs, labels.size()),
      labels};
  described.config.inputs = {modality_of(inputs)};
  described.bytes = inputs.vocabulary == kBytes;
  described.grey = grey_of(config);
  require(input_channels(described.config) == shape.C,
          "config.json: C = {}: inputs and positions make {} channels", shape.C,
          input_channels(described.config));
  return model;
}

InputShapes example_shapes(const TrainedModel& model) {
  const Modality& modality = model.input();
  if (const auto* text = std::get_if<TextInput>(&modality.input)) {
    return {{modality.name, {1, text->length}}};
  }
  if (const auto* points = std::get_if<PointInput>(&modality.input)) {
    return {{modality.name, {1, points->points, points->dims}}};
  }
  const auto& grid = std::get<GridInput>(modality.input);
  if (grid.extents.size() == 1) {
    return {{modality.name, {1, grid.extents[0], grid.channels}}};
  }
  return {{modality.name, {1, 1, grid.extents[0], grid.extents[1]}}};
}

void require_input_shapes(const TrainedModel& model,
                          const InputShapes& shapes) {
  const std::string& name = model.input().name;
  const Extents wanted = example_shapes(model).at(name);
  const Extents& shape = shapes.at(name);
  const bool fits =
      name == "text"
          ? shape.size() == 2 && shape[1] <= wanted[1]
          : shape.size() == wanted.size() &&
                std::equal(shape.begin() + 1, shape.end(), wanted.begin() + 1);
  require(fits, "{}: an array of shape [{}]; the model takes [batch, {}]", name,
          fmt::join(shape, ", "),
          fmt::join(wanted.begin() + 1, wanted.end(), ", "));
}

}  // namespace suite
