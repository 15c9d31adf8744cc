// Is the backward of every part that of its forward? In double, against central
// differences, of models with every kind of input and output.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "perceiver/io/testing.h"
#include "primitives/random.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;
using Points = std::map<std::string, std::vector<std::size_t>>;
using Values = std::vector<double>;

DecoderConfig one_class() {
  return {.kind = DecoderConfig::Kind::query,
          .queries = {{"logits", {1}, {.kind = Kind::learned, .channels = 6}}},
          .qk_channels = 8,
          .query_residual = true,
          .outputs = 3};
}

EncoderConfig small_encoder() {
  return {.latents = 4, .channels = 12, .layers = 1, .heads = 2};
}

IoConfig picture_model(GridInput::Map map, const PositionConfig& positions,
                       const Semantics& semantics) {
  return {.inputs = {{"image", GridInput{.extents = {17, 15},
                                         .channels = 3,
                                         .map = map,
                                         .mapped = 10,
                                         .positions = positions}}},
          .encoder = small_encoder(),
          .decoder = one_class(),
          .semantics = semantics};
}

// Optical flow asks with what the encoder reads.
IoConfig flow_model() {
  return {.inputs = {{"image", GridInput{.extents = {2, 4, 6},
                                         .channels = 3,
                                         .patch = {2, 1, 1},
                                         .map = GridInput::Map::linear,
                                         .mapped = 7,
                                         .positions = {.kind = Kind::fourier,
                                                       .bands = 2}}}},
          .encoder = small_encoder(),
          .decoder = {.kind = DecoderConfig::Kind::query,
                      .queries = {{"logits", {4, 6}}},
                      .outputs = 2,
                      .divisor = 100,
                      .chunk = 7}};
}

IoConfig point_model() {
  return {.inputs = {{"points",
                      PointInput{9, 3, {.kind = Kind::fourier,
                                        .bands = 3,
                                        .resolution = {8, 6, 4}}}}},
          .encoder = small_encoder(),
          .decoder = {.kind = DecoderConfig::Kind::average, .outputs = 5}};
}

double inner(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Differentiated {
  Drawn drawn;
  Mask mask;
  Points points;
  Outputs<double> weights;
  IoModel<double> gradient;
  std::map<std::string, Tensor<double, 3>> d_raw;

  explicit Differentiated(const IoConfig& config, Mask shown = {},
                          Points wanted = {})
      : drawn(config),
        mask(std::move(shown)),
        points(std::move(wanted)),
        gradient(drawn.model) {
    Random random(3);
    drawn.model.for_each_parameter([&](const Parameter<double>& p) {
      for (double& value : p.values) value += 0.2 * random.normal();
    });
    drawn.model.for_each_statistic([&](const Parameter<double>& p) {
      for (double& value : p.values) value = 0.5 + random.uniform();
    });
    weights = drawn.run(mask, points);
    for (auto& [name, values] : weights) {
      for (double& value : values) value = random.normal();
    }
    gradient = drawn.model;
    for (const auto& [name, array] : drawn.arrays) {
      if (array.values.size() > 0) d_raw[name] = array.values;
    }
    clear();
  }

  void clear() {
    gradient.for_each_parameter([](const Parameter<double>& p) {
      std::fill(p.values.begin(), p.values.end(), 0.0);
    });
    for (auto& [name, values] : d_raw) values.fill(0);
  }

  double loss() {
    double sum = 0;
    for (const auto& [name, output] : drawn.run(mask, points)) {
      const Tensor<double, 3>& w = weights.at(name);
      sum += inner({w.data(), w.size()}, {output.data(), output.size()});
    }
    return sum;
  }

  void backward(Keep keep) {
    IoInput<double> input = input_of(drawn.arrays);
    input.mask = mask;
    input.points = points;
    auto trace = drawn.model.trace(keep);
    drawn.model.forward(input, drawn.workspace, drawn.ledger, &trace);
    OutputGradients<double> d_outputs;
    for (const auto& [name, values] : weights) d_outputs[name] = &values;
    IoModel<double>::RawGradients wanted;
    for (auto& [name, values] : d_raw) wanted[name] = &values;
    drawn.model.backward(input, d_outputs, drawn.workspace, trace, gradient,
                         wanted, drawn.ledger);
  }

  std::map<std::string, std::span<double>> gradients() {
    std::map<std::string, std::span<double>> all;
    gradient.for_each_parameter(
        [&](const Parameter<double>& p) { all[p.name] = p.values; });
    for (auto& [name, values] : d_raw) {
      all["raw " + name] = {values.data(), values.size()};
    }
    return all;
  }
  std::map<std::string, std::span<double>> places() {
    std::map<std::string, std::span<double>> all;
    drawn.model.for_each_parameter(
        [&](const Parameter<double>& p) { all[p.name] = p.values; });
    for (auto& [name, array] : drawn.arrays) {
      if (array.values.size() == 0) continue;
      all["raw " + name] = {array.values.data(), array.values.size()};
    }
    return all;
  }

  void expect_slope(const std::string& name, std::span<double> values,
                    const Values& direction, double found) {
    constexpr double kStep = 1e-5;
    const Values before(values.begin(), values.end());
    const auto at = [&](double step) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = before[i] + step * direction[i];
      }
      return loss();
    };
    const double slope = (at(kStep) - at(-kStep)) / (2 * kStep);
    std::copy(before.begin(), before.end(), values.begin());
    EXPECT_NEAR(found, slope, 2e-7 * std::max(1.0, std::abs(slope))) << name;
  }

  // A random direction of each tensor and some of its values.
  void expect_slopes(Keep keep) {
    clear();
    backward(keep);
    Random random(5);
    const auto found = gradients();
    for (const auto& [name, values] : places()) {
      Values direction(values.size());
      for (double& value : direction) {
        value = random.normal() / std::sqrt(static_cast<double>(values.size()));
      }
      expect_slope(name, values, direction, inner(found.at(name), direction));
      for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t one = random.below(values.size());
        std::fill(direction.begin(), direction.end(), 0.0);
        direction[one] = 1;
        expect_slope(name, values, direction, found.at(name)[one]);
      }
    }
  }
};

void expect_true(const IoConfig& config, const Mask& mask = {},
                 const Points& points = {}) {
  Differentiated model(config, mask, points);
  model.expect_slopes(Keep::activations);
  model.expect_slopes(Keep::recompute);
}

Mask hides_some(std::size_t batch, std::size_t N) {
  Mask mask({batch, N});
  for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 4 != 2;
  return mask;
}

TEST(Backward, OfTextWithATiedEmbedding) {
  for (const Semantics& semantics :
       {huggingface_semantics(), deepmind_semantics()}) {
    IoConfig config = text_model(semantics);
    expect_true(config);
    config.decoder.chunk = 5;
    expect_true(config, hides_some(2, 19));
    config.decoder.query_residual = true;
    expect_true(config, hides_some(2, 19), {{"token", {17, 0, 5, 0}}});
  }
}

TEST(Backward, OfAFilmWithSoundAndAHiddenLabel) {
  expect_true(film_model());
  IoConfig chunked = film_model();
  chunked.decoder.chunk = 5;
  expect_true(chunked, {}, {{"image", {0, 17, 3}}});
  chunked.encoder.attention = AttentionForm::materialised;
  expect_true(chunked);
}

TEST(Backward, OfPictures) {
  using Map = GridInput::Map;
  const PositionConfig fourier{.kind = Kind::fourier, .bands = 2};
  const PositionConfig beside{.kind = Kind::learned, .channels = 5};
  for (const Semantics& semantics :
       {huggingface_semantics(), deepmind_semantics()}) {
    expect_true(picture_model(Map::convolution, fourier, semantics));
  }
  const Semantics theirs = huggingface_semantics();
  expect_true(picture_model(Map::linear, beside, theirs));
  expect_true(picture_model(
      Map::linear,
      {.kind = Kind::learned, .channels = 5, .projected = 8}, theirs));
  expect_true(picture_model(
      Map::linear, {.kind = Kind::learned, .channels = 10, .added = true},
      theirs));
  expect_true(picture_model(Map::none, fourier, theirs));
}

TEST(Backward, OfQueriesThatAreInputs) { expect_true(flow_model()); }

TEST(Backward, OfPointsAndAMean) { expect_true(point_model()); }

TEST(Backward, OfLatentsWithoutADecoder) {
  IoConfig config = point_model();
  config.decoder = {};
  expect_true(config);
}

TEST(Backward, NeedsTheGradientsOfAllOutputs) {
  Differentiated model(film_model());
  model.weights.erase("audio");
  EXPECT_THROW(model.backward(Keep::activations), Error);
}

TEST(Backward, TokensHaveNoGradient) {
  Differentiated model(text_model(huggingface_semantics()));
  model.d_raw["text"] = {};
  EXPECT_THROW(model.backward(Keep::activations), Error);
}

}  // namespace
}  // namespace suite
