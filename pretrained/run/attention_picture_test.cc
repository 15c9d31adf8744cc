#include "pretrained/run/attention_picture.h"

#include <gtest/gtest.h>

#include "pretrained/inputs/testing.h"
#include "pretrained/visualisation/attention_map.h"

namespace suite {
namespace {

// Three samples, two frames of 2 × 3 pixels, and a hidden label: 16 rows.
IoConfig film_with_sound() {
  IoConfig config;
  config.inputs = {{"audio", GridInput{.extents = {3}}},
                   {"image", GridInput{.extents = {2, 2, 3}}},
                   {"label", GridInput{.extents = {1}}, /*hidden=*/true}};
  return config;
}

// [1, 2, 2, N], each weight another.
Tensor<float, 4> weights(std::size_t N) {
  Tensor<float, 4> all({1, 2, 2, N});
  for (std::size_t i = 0; i < all.size(); ++i) {
    all.data()[i] = static_cast<float>(i * i % 31 + 1) / 64;
  }
  return all;
}

TEST(AttentionPicture, OfAFilmSumsItsFrames) {
  const Tensor<float, 4> all = weights(16);
  Tensor<float, 2> maps({2, 6});
  for (std::size_t m = 0; m < 2; ++m) {
    for (std::size_t pixel = 0; pixel < 6; ++pixel) {
      maps(m, pixel) =
          (all(0, 0, m, 3 + pixel) + all(0, 1, m, 3 + pixel)) / 2 +
          (all(0, 0, m, 9 + pixel) + all(0, 1, m, 9 + pixel)) / 2;
    }
  }
  const auto latents =
      choose_latents(maps, 2, LatentChoice::most_concentrated);
  const Picture expected = grid_sheet(maps, 2, 3, latents);
  const Picture drawn = attention_picture(film_with_sound(), all, {});
  EXPECT_EQ(drawn.rgb, expected.rgb);
}

TEST(AttentionPicture, OfTextEndsWithIt) {
  IoConfig config;
  config.inputs = {{"text", TextInput{.vocabulary = 9, .length = 20,
                                      .channels = 4}}};
  ModelInputs inputs;
  inputs.mask = Mask({1, 8}, 0);
  inputs.mask(0, 0) = inputs.mask(0, 4) = 1;
  const Tensor<float, 4> all = weights(8);
  Tensor<float, 2> maps({2, 8});
  for (std::size_t i = 0; i < maps.size(); ++i) {
    maps.data()[i] = (all.data()[i] + all.data()[16 + i]) / 2;
  }
  const auto latents =
      choose_latents(maps, 2, LatentChoice::most_concentrated);
  EXPECT_EQ(attention_picture(config, all, inputs).rgb,
            sequence_bands(maps, latents, 5).rgb);
}

TEST(AttentionPicture, IsOfTheModelsInputs) {
  EXPECT_EQ(error_of([] {
              attention_picture(film_with_sound(), weights(14), {});
            }),
            "attention over 14 inputs, the model's grid ends at 15");
}

}  // namespace
}  // namespace suite
