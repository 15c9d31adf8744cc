#include "pretrained/visualisation/flow_picture.h"

#include <gtest/gtest.h>

#include <limits>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

Colour colour_at(const Picture& picture, std::size_t x) {
  const std::uint8_t* rgb = picture.at(0, x);
  return {rgb[0], rgb[1], rgb[2]};
}

TEST(FlowPicture, GoesRoundTheWheel) {
  // Right, half as far right, down, left, up, at rest.
  Tensor<float, 2> flow = {{4, 0}, {2, 0}, {0, 4}, {-4, 0}, {0, -4}, {0, 0}};
  const Picture picture = flow_picture(matrix(std::as_const(flow)), 1, 6, 4);
  EXPECT_EQ(colour_at(picture, 0), (Colour{255, 0, 0}));
  EXPECT_EQ(colour_at(picture, 1), (Colour{255, 128, 128}));
  EXPECT_EQ(colour_at(picture, 5), (Colour{255, 255, 255}));
  // A quarter is step 13.75 of 15 between red and yellow; a half is 27.5, of
  // 25 to 36 between cyan and blue; three quarters 41.25, of 36 to 49.
  EXPECT_EQ(colour_at(picture, 2), (Colour{255, 234, 0}));
  EXPECT_EQ(colour_at(picture, 3), (Colour{0, 197, 255}));
  EXPECT_EQ(colour_at(picture, 4), (Colour{103, 0, 255}));
}

TEST(FlowPicture, FarMotionIsNoBrighter) {
  Tensor<float, 2> flow = {{9, 0}};
  const Picture picture = flow_picture(matrix(std::as_const(flow)), 1, 1, 1);
  EXPECT_EQ(colour_at(picture, 0), (Colour{255, 0, 0}));
}

TEST(Motion, IsMeasuredByLength) {
  Tensor<float, 2> flow = {{3, -4}, {0, 1}};
  const Motion motion = motion_of(matrix(std::as_const(flow)));
  EXPECT_DOUBLE_EQ(motion.mean, 3);
  EXPECT_DOUBLE_EQ(motion.most, 5);
  flow(1, 1) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of([&] { motion_of(matrix(std::as_const(flow))); }),
            "the motion of pixel 1 is no number");
}

}  // namespace
}  // namespace suite
