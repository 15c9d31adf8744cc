#include "pretrained/inputs/pictures/resize.h"

#include <gtest/gtest.h>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

const std::string kPillows = "pretrained/inputs/pictures/testdata/";

TEST(Resize, IsThatOfPillowBitForBit) {
  const Picture scene = read_picture(kPillows + "scene.png");
  for (const char* size : {"13x9", "36x12", "12x30"}) {
    const Picture pillows = read_picture(kPillows + "scene_" + size + ".png");
    const Picture ours = resize_bicubic(scene, pillows.height, pillows.width);
    EXPECT_EQ(ours.rgb, pillows.rgb) << size;
  }
}

TEST(Resize, ToTheSameSizeChangesNothing) {
  const Picture scene = read_picture(kPillows + "scene.png");
  EXPECT_EQ(resize_bicubic(scene, scene.height, scene.width).rgb, scene.rgb);
}

TEST(Resize, OfOneColourKeepsIt) {
  const Picture plain(7, 300, {255, 3, 128});
  EXPECT_EQ(resize_bicubic(plain, 50, 1).rgb,
            Picture(50, 1, {255, 3, 128}).rgb);
}

TEST(Resize, ToNothingIsRefused) {
  EXPECT_EQ(error_of([] { resize_bicubic(Picture(3, 4), 0, 5); }),
            "cannot resize 3 × 4 pixels to 0 × 5: no extent may be 0");
  EXPECT_NE(error_of([] { resize_bicubic(Picture(), 5, 5); }), "");
}

}  // namespace
}  // namespace suite
