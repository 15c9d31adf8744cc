#include "pretrained/inputs/pictures/video.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

ImagePlan plan_2x3() {
  ImagePlan plan;
  plan.fit = PictureFit::as_it_is;
  plan.height = 2;
  plan.width = 3;
  plan.scale = PixelScale::zero_to_one;
  return plan;
}

// Frames 1 to `count`, frame f all of red f·20.
std::string folder_of_frames(const std::string& name, std::size_t count) {
  const std::string folder = empty_folder(name);
  for (std::size_t f = 1; f <= count; ++f) {
    write_png(fmt::format("{}/frame{}.png", folder, f),
              Picture(2, 3, {static_cast<std::uint8_t>(f * 20), 0, 0}));
  }
  return folder;
}

TEST(Video, HasItsFramesInTheOrderOfTheirNumbers) {
  const std::string folder = folder_of_frames("twelve", 12);
  written("twelve/.hidden", "not looked at");
  const Tensor<float, 4> video = read_video(folder, 12, plan_2x3());
  ASSERT_EQ(video.shape(), (std::array<std::size_t, 4>{12, 3, 2, 3}));
  for (std::size_t f = 0; f < 12; ++f) {
    EXPECT_FLOAT_EQ(video(f, 0, 1, 2), static_cast<float>(f + 1) * 20 / 255);
    EXPECT_EQ(video(f, 1, 1, 2), 0);
  }
}

TEST(Video, IsCroppedAndResizedFrameByFrame) {
  const std::string folder = folder_of_frames("resized", 2);
  ImagePlan plan;
  plan.height = plan.width = plan.crop_height = plan.crop_width = 4;
  const Tensor<float, 4> video = read_video(folder, 2, plan);
  const Tensor<float, 3> last = read_image(folder + "/frame2.png", plan);
  ASSERT_EQ(video.shape(), (std::array<std::size_t, 4>{2, 3, 4, 4}));
  EXPECT_TRUE(std::equal(last.begin(), last.end(), video.begin() + 48));
}

TEST(Video, OfAnotherNumberOfFramesIsRefused) {
  const std::string folder = folder_of_frames("three", 3);
  for (const std::size_t frames : {2, 4}) {
    EXPECT_EQ(
        error_of([&] { read_video(folder, frames, plan_2x3()); }),
        fmt::format("{}: holds 3 frames, the model takes {}", folder, frames));
  }
}

TEST(Video, OfFramesOfSeveralSizesIsRefused) {
  const std::string folder = folder_of_frames("sizes", 2);
  for (const auto& [height, width] : {std::pair(3, 3), std::pair(2, 4)}) {
    write_png(folder + "/frame3.png", Picture(static_cast<std::size_t>(height),
                                              static_cast<std::size_t>(width)));
    EXPECT_EQ(error_of([&] { read_video(folder, 3, {}); }),
              fmt::format("{}/frame3.png: is {} × {} pixels (height × width), "
                          "the first frame 2 × 3",
                          folder, height, width));
  }
}

TEST(Video, OfAnythingElseIsRefused) {
  EXPECT_EQ(error_of([] { read_video("nowhere", 1, {}); }),
            "cannot read folder nowhere: No such file or directory");
  const std::string folder = folder_of_frames("mixed", 1);
  written("mixed/notes.txt", "words");
  EXPECT_EQ(error_of([&] { read_video(folder, 1, plan_2x3()); }),
            folder +
                "/notes.txt: is no frame; the folder of a video may hold "
                ".png, .jpg and .jpeg files only");
  const std::string broken = folder_of_frames("broken", 1);
  written("broken/frame2.JPG", "words");
  EXPECT_EQ(error_of([&] { read_video(broken, 2, plan_2x3()); }),
            broken + "/frame2.JPG: is neither a PNG nor a JPEG file");
}

TEST(NameBefore, CountsDigitsAsNumbers) {
  const std::vector<std::string> order = {
      "1.png",   "01.png", "2.png",
      "10.png",  "a.png",  "a1b2",
      "a1b10",   "a2b1",   "a12345678901234567890123",
      "b",       "frame2", "frame2.2.png",
      "frame10", "é"};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      // "01" comes before "1" by bytes: the numbers are equal.
      const std::size_t x = i < 2 ? 1 - i : i, y = j < 2 ? 1 - j : j;
      EXPECT_EQ(name_before(order[x], order[y]), i < j)
          << order[x] << " " << order[y];
    }
  }
}

}  // namespace
}  // namespace suite
