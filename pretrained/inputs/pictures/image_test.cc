#include "pretrained/inputs/pictures/image.h"

#include <gtest/gtest.h>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

const std::string kFolder = "pretrained/inputs/pictures/testdata/";
const std::string kScene = kFolder + "scene.png";

TEST(Image, IsCroppedAndResizedAsThePublishedProcessorDoes) {
  ImagePlan plan;
  plan.height = 12;
  plan.width = 10;
  plan.crop_height = 15;  // leaves odd rests
  plan.crop_width = 14;
  EXPECT_EQ(fit_picture(read_picture(kScene), plan, kScene).rgb,
            read_picture(kFolder + "scene_processed.png").rgb);
}

TEST(Image, IsScaledAsThePublishedProcessorDoes) {
  // What make_pictures.py prints: of 0, 1, 127 and 255, channel by channel.
  constexpr float kExpected[3][4] = {
      {-0x1.0f177ap+1F, -0x1.0ce656p+1F, 0x1.d2734cp-5F, 0x1.1fdc3ap+1F},
      {-0x1.049248p+1F, -0x1.02549ep+1F, 0x1.805bc8p-3F, 0x1.36db6ep+1F},
      {-0x1.cdf012p+0F, -0x1.c979d4p+0F, 0x1.a2e17ap-2F, 0x1.51eb86p+1F}};
  constexpr std::uint8_t kLevels[4] = {0, 1, 127, 255};
  Picture picture(1, 4);
  for (std::size_t x = 0; x < 4; ++x) {
    picture.set(0, x, {kLevels[x], kLevels[x], kLevels[x]});
  }
  const Tensor<float, 3> pixels = scale_pixels(picture, PixelScale::imagenet);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t x = 0; x < 4; ++x) {
      EXPECT_EQ(pixels(c, 0, x), kExpected[c][x]) << c << " " << x;
    }
  }
}

TEST(Image, HasItsChannelsFirst) {
  Picture picture(2, 3);
  picture.set(1, 2, {255, 0, 51});
  const Tensor<float, 3> unit = scale_pixels(picture, PixelScale::zero_to_one);
  ASSERT_EQ(unit.shape(), (std::array<std::size_t, 3>{3, 2, 3}));
  EXPECT_EQ(unit(0, 1, 2), 1);
  EXPECT_EQ(unit(1, 1, 2), 0);
  EXPECT_FLOAT_EQ(unit(2, 1, 2), 0.2F);
  EXPECT_EQ(unit(0, 0, 0), 0);
  const Tensor<float, 3> both =
      scale_pixels(picture, PixelScale::minus_one_to_one);
  EXPECT_EQ(both(0, 1, 2), 1);
  EXPECT_EQ(both(1, 1, 2), -1);
  EXPECT_FLOAT_EQ(both(2, 1, 2), -0.6F);
}

TEST(Image, IsReadForTheModel) {
  const Tensor<float, 3> image = read_image(kScene, {});
  EXPECT_EQ(image.shape(), (std::array<std::size_t, 3>{3, 224, 224}));
  EXPECT_EQ(image, scale_pixels(fit_picture(read_picture(kScene), {}, kScene),
                                PixelScale::imagenet));
}

TEST(Image, OfTheRightSizeCanBeTakenAsItIs) {
  ImagePlan plan;
  plan.fit = PictureFit::as_it_is;
  plan.height = 22;
  plan.width = 32;
  plan.scale = PixelScale::zero_to_one;
  EXPECT_EQ(read_image(kScene, plan),
            scale_pixels(read_picture(kScene), plan.scale));
  plan.width = 33;
  EXPECT_EQ(error_of([&] { read_image(kScene, plan); }),
            kScene +
                ": is 22 × 32 pixels (height × width), the model takes "
                "22 × 33");
}

TEST(Image, TooSmallToCropIsRefused) {
  const std::string path = testing::TempDir() + "line.png";
  write_png(path, Picture(1, 9));
  EXPECT_EQ(error_of([&] { read_image(path, {}); }),
            path + ": is 1 × 9 pixels (height × width), too small to crop");
}

}  // namespace
}  // namespace suite
