#include "pretrained/visualisation/attention_map.h"

#include <gtest/gtest.h>

#include <limits>

#include "pretrained/inputs/testing.h"
#include "pretrained/visualisation/colour_map.h"
#include "pretrained/visualisation/lettering.h"

namespace suite {
namespace {

using Maps = Tensor<float, 2>;
using Latents = std::vector<std::size_t>;

Colour colour_at(const Picture& picture, std::size_t y, std::size_t x) {
  const std::uint8_t* rgb = picture.at(y, x);
  return {rgb[0], rgb[1], rgb[2]};
}

std::size_t pixels_of(const Picture& picture, Colour colour) {
  std::size_t count = 0;
  for (std::size_t y = 0; y < picture.height; ++y) {
    for (std::size_t x = 0; x < picture.width; ++x) {
      if (colour_at(picture, y, x) == colour) ++count;
    }
  }
  return count;
}

double lightness(Colour colour) {
  return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
}

TEST(ColourMap, GrowsLighter) {
  for (int i = 1; i <= 64; ++i) {
    EXPECT_GT(lightness(colour_of(i / 64.0)),
              lightness(colour_of((i - 1) / 64.0)))
        << i;
  }
  EXPECT_EQ(colour_of(-1), colour_of(0));
  EXPECT_EQ(colour_of(2), colour_of(1));
}

TEST(MeanOverHeads, IsIt) {
  const Tensor<float, 3> weights = {{{0, 1}, {0.5F, 0.5F}},
                                    {{1, 0}, {0.25F, 0.75F}}};
  EXPECT_EQ(mean_over_heads(weights), (Maps{{0.5F, 0.5F}, {0.375F, 0.625F}}));
  Tensor<float, 3> wrong = weights;
  wrong(1, 0, 1) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of([&] { mean_over_heads(wrong); }),
            "the attention weight of head 1, latent 0, input 1 is nan");
}

TEST(ChooseLatents, TakesTheMostConcentrated) {
  // Scale does not matter.
  const Maps maps = {
      {0.25F, 0.25F, 0.25F, 0.25F}, {0, 0, 0, 0}, {0, 2, 0, 0}, {5, 0, 5, 0}};
  EXPECT_EQ(choose_latents(maps, 4, LatentChoice::most_concentrated),
            (Latents{2, 3, 0, 1}));
  EXPECT_EQ(choose_latents(maps, 2, LatentChoice::most_concentrated),
            (Latents{2, 3}));
  EXPECT_EQ(choose_latents(maps, 2, LatentChoice::evenly_spaced),
            (Latents{0, 2}));
  EXPECT_EQ(choose_latents(maps, 9, LatentChoice::evenly_spaced),
            (Latents{0, 1, 2, 3}));
}

// Two latents on a grid of 1 × 2: a tile of 96 × 192, a cell of 96 × 96.
const Maps kTwo = {{1, 3}, {0.5F, 0}};
constexpr std::size_t kTop = 16 + 14, kLeft = 16, kCell = 96;

TEST(GridSheet, ScalesEachLatentToItsOwnMaximum) {
  const Picture sheet = grid_sheet(kTwo, 1, 2, {0, 1});
  const std::size_t second = kLeft + 2 * kCell + 10;
  const auto cell = [&](std::size_t left, std::size_t x) {
    const Colour first = colour_at(sheet, kTop, left + x * kCell);
    const Colour last =
        colour_at(sheet, kTop + kCell - 1, left + (x + 1) * kCell - 1);
    EXPECT_EQ(first, last);
    return first;
  };
  EXPECT_EQ(cell(kLeft, 0), colour_of(1.0 / 3));
  EXPECT_EQ(cell(kLeft, 1), colour_of(1));
  EXPECT_EQ(cell(second, 0), colour_of(1));
  EXPECT_EQ(cell(second, 1), colour_of(0));
  EXPECT_EQ(colour_at(sheet, kTop, kLeft - 1), kPaper);
  EXPECT_EQ(colour_at(sheet, kTop, kLeft + 2 * kCell), kPaper);
}

TEST(GridSheet, ShowsThePictureWhereWeightsAreLow) {
  const Picture white(3, 3, {255, 255, 255});
  const Picture sheet = grid_sheet(kTwo, 1, 2, {1}, &white);
  EXPECT_EQ(colour_at(sheet, kTop, kLeft), colour_of(1));
  EXPECT_EQ(colour_at(sheet, kTop, kLeft + kCell), (Colour{191, 191, 191}));
}

TEST(GridSheet, HasASensibleSizeForManyLatents) {
  const Maps maps({512, 56 * 56}, 1.0F);
  const Picture sheet = grid_sheet(
      maps, 56, 56, choose_latents(maps, 32, LatentChoice::evenly_spaced));
  EXPECT_GT(sheet.width, sheet.height);
  EXPECT_LT(sheet.width, 2 * sheet.height);
  EXPECT_LT(sheet.width, 1200u);
}

TEST(GridSheet, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of([] { grid_sheet(kTwo, 2, 2, {0}); }),
            "the maps have 2 inputs, the grid 2 × 2");
  EXPECT_EQ(error_of([] { grid_sheet(kTwo, 1, 2, {2}); }),
            "latent 2 of 2 cannot be shown");
  EXPECT_EQ(error_of([] { grid_sheet(kTwo, 1, 2, {}); }), "no latents to show");
}

TEST(SequenceBands, ShowEachPosition) {
  Maps maps({3, 2000}, 0.0F);
  maps(2, 1) = 0.5F;
  maps(2, 1999) = 4;
  // All: two positions a column, the larger of them. 10 of the first: 102
  // pixels each.
  const Picture all = sequence_bands(maps, {0, 2});
  const Picture first = sequence_bands(maps, {0, 2}, 10);
  const std::size_t left = 16 + text_width("#00000") + 6;
  const std::size_t top = 16 + 13;  // of the second band
  EXPECT_EQ(colour_at(all, top, left), colour_of(0.125));
  EXPECT_EQ(colour_at(all, top, left + 998), colour_of(0));
  EXPECT_EQ(colour_at(all, top, left + 999), colour_of(1));
  EXPECT_EQ(colour_at(all, 16, left + 999), colour_of(0));
  EXPECT_EQ(colour_at(first, top, left + 101), colour_of(0));
  EXPECT_EQ(colour_at(first, top, left + 102), colour_of(1));
  EXPECT_EQ(colour_at(first, top, left + 203), colour_of(1));
  EXPECT_EQ(colour_at(first, top, left + 204), colour_of(0));
  EXPECT_EQ(error_of([&] { sequence_bands(maps, {0}, 2001); }),
            "2001 positions to show, the maps have 2000");
}

TEST(SequenceBands, OfOnePositionAreDrawn) {
  const Picture one = sequence_bands({{1}}, {0});
  EXPECT_GT(pixels_of(one, colour_of(1)), 1024u * 9);
}

TEST(WriteText, StaysWithinThePicture) {
  Picture picture(12, 40, kPaper);
  write_text(picture, 1, 1, "#12", kInk);
  EXPECT_GT(pixels_of(picture, kInk), 20u);
  EXPECT_LE(text_width("#12"), 24u);
  write_text(picture, 8, 30, "far beyond \xff the edge", kInk);
  write_text(picture, 500, 500, "out of sight", kInk);
}

}  // namespace
}  // namespace suite
