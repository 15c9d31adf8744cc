#include "pretrained/inputs/pictures/image.h"

#include <algorithm>

#include "pretrained/inputs/pictures/resize.h"
#include "support/check.h"

namespace suite {
namespace {

// Of ImageNet's training pictures, in [0, 1].
constexpr std::array<float, 3> kMean = {0.485F, 0.456F, 0.406F};
constexpr std::array<float, 3> kDeviation = {0.229F, 0.224F, 0.225F};

// The rounding of each step is the processor's: 1/255 in double, the rest in
// float.
float scaled(int value, std::size_t channel, PixelScale scale) {
  const auto unit = static_cast<float>(value * (1.0 / 255.0));
  switch (scale) {
    case PixelScale::imagenet:
      return (unit - kMean[channel]) / kDeviation[channel];
    case PixelScale::zero_to_one:
      return unit;
    case PixelScale::minus_one_to_one:
      return 2 * unit - 1;
  }
  throw Error("unknown pixel scale");
}

Picture centre_crop(const Picture& picture, std::size_t height,
                    std::size_t width) {
  Picture crop(height, width);
  const std::size_t top = (picture.height - height) / 2;
  const std::size_t left = (picture.width - width) / 2;
  for (std::size_t y = 0; y < height; ++y) {
    std::copy_n(picture.at(top + y, left), width * 3,
                crop.rgb.begin() + static_cast<std::ptrdiff_t>(y * width * 3));
  }
  return crop;
}

// size/crop of the shorter side, cut to whole pixels.
std::size_t cropped(std::size_t size, std::size_t crop, std::size_t shorter) {
  require(size <= crop, "a crop of {}/{} is more than the picture", size, crop);
  return static_cast<std::size_t>(static_cast<double>(size) /
                                  static_cast<double>(crop) *
                                  static_cast<double>(shorter));
}

}  // namespace

Picture fit_picture(const Picture& picture, const ImagePlan& plan,
                    const std::string& name) {
  if (plan.fit == PictureFit::as_it_is) {
    require(picture.height == plan.height && picture.width == plan.width,
            "{}: is {} × {} pixels (height × width), the model takes {} × {}",
            name, picture.height, picture.width, plan.height, plan.width);
    return picture;
  }
  const std::size_t shorter = std::min(picture.height, picture.width);
  const std::size_t height = cropped(plan.height, plan.crop_height, shorter);
  const std::size_t width = cropped(plan.width, plan.crop_width, shorter);
  require(height > 0 && width > 0,
          "{}: is {} × {} pixels (height × width), too small to crop", name,
          picture.height, picture.width);
  return resize_bicubic(centre_crop(picture, height, width), plan.height,
                        plan.width);
}

Tensor<float, 3> scale_pixels(const Picture& picture, PixelScale scale) {
  Tensor<float, 3> pixels({3, picture.height, picture.width});
  const std::size_t plane = picture.height * picture.width;
  for (std::size_t c = 0; c < 3; ++c) {
    std::array<float, 256> table;
    for (int value = 0; value < 256; ++value) {
      table[static_cast<std::size_t>(value)] = scaled(value, c, scale);
    }
    float* out = pixels.data() + c * plane;
    for (std::size_t i = 0; i < plane; ++i) {
      out[i] = table[picture.rgb[i * 3 + c]];
    }
  }
  return pixels;
}

Tensor<float, 3> read_image(const std::string& path, const ImagePlan& plan) {
  return scale_pixels(fit_picture(read_picture(path), plan, path), plan.scale);
}

}  // namespace suite
