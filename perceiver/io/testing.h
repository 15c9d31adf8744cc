// Models that the tests of this room share: small, with every kind of output.
#pragma once

#include <gtest/gtest.h>

#include "perceiver/io/model.h"
#include "primitives/random.h"

namespace suite {

// Text in, one output a token and a class.
inline IoConfig text_model(const Semantics& semantics) {
  using Kind = PositionConfig::Kind;
  return {.inputs = {{"text", TextInput{29, 19, 16}}},
          .encoder = {.latents = 7, .channels = 24, .layers = 2, .heads = 3},
          .decoder = {.kind = DecoderConfig::Kind::query,
                      .queries = {{"token",
                                   {19},
                                   {.kind = Kind::learned, .channels = 16}}},
                      .heads = 2,
                      .qk_channels = 8,
                      .v_channels = 16,
                      .vocabulary = true},
          .semantics = semantics};
}

// Sound and a film in; both and a class out, on grids of their own.
inline IoConfig film_model() {
  using Kind = PositionConfig::Kind;
  const PositionConfig sound{.kind = Kind::fourier, .bands = 3};
  const PositionConfig film{.kind = Kind::fourier, .bands = 2};
  return {.inputs = {{"audio", GridInput{.extents = {32},
                                         .patch = {4},
                                         .positions = sound}},
                     {"image", GridInput{.extents = {2, 6, 4},
                                         .channels = 3,
                                         .patch = {1, 3, 2},
                                         .positions = film}},
                     {"label", GridInput{.extents = {1}, .channels = 5},
                      /*hidden=*/true}},
          .encoder = {.latents = 7,
                      .channels = 24,
                      .layers = 1,
                      .heads = 3,
                      .keys_as_latents = true},
          .decoder = {.kind = DecoderConfig::Kind::query,
                      .queries = {{"audio", {8}, sound, 4},
                                  {"image", {2, 6, 4}, film, 3},
                                  {"label",
                                   {1},
                                   {.kind = Kind::learned, .channels = 6},
                                   5}},
                      .outputs = 12}};
}

// A model with its inputs, both drawn from a seed. In double.
struct Drawn {
  explicit Drawn(const IoConfig& config, std::size_t batch = 2)
      : model(config),
        workspace(model.workspace()),
        arrays(model.blank(batch)) {
    initialise(model, 7);
    for (auto& [name, array] : arrays) {
      fill_normal<double>({array.values.data(), array.values.size()},
                          derive_seed(7, name));
      for (std::size_t i = 0; i < array.tokens.size(); ++i) {
        array.tokens.data()[i] = static_cast<std::int64_t>(i * 7 % 29);
      }
    }
  }

  // Copies: the workspace's own live until its next forward.
  Outputs<double> run(const Mask& mask = {},
                      std::map<std::string, std::vector<std::size_t>> points =
                          {}) {
    IoInput<double> input = input_of(arrays);
    input.mask = mask;
    input.points = std::move(points);
    ledger.clear();
    return model.forward(input, workspace, ledger);
  }

  IoModel<double> model;
  IoModel<double>::Workspace workspace;
  RawArrays<double> arrays;
  Ledger ledger;
};

inline bool same_values(const Tensor<double, 3>& a,
                        const Tensor<double, 3>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace suite
