// A picture as the image models take it: float pixels, prepared as Hugging
// Face's PerceiverImageProcessor does: centre crop, bicubic resize, scaling.
#pragma once

#include <string>

#include "pretrained/inputs/pictures/picture.h"
#include "primitives/tensor.h"

namespace suite {

// What the 8 bit value p becomes.
enum class PixelScale {
  imagenet,          // (p/255 − mean) / deviation, by channel: classification
  zero_to_one,       // p/255: Kinetics autoencoding
  minus_one_to_one,  // 2·p/255 − 1: optical flow
};

enum class PictureFit {
  crop_and_resize,
  as_it_is,  // the picture must have the size already
};

struct ImagePlan {
  PictureFit fit = PictureFit::crop_and_resize;
  std::size_t height = 224;
  std::size_t width = 224;
  // The crop keeps height/crop_height and width/crop_width of the shorter side;
  // equal to the size, it keeps the largest centred square.
  std::size_t crop_height = 256;
  std::size_t crop_width = 256;
  PixelScale scale = PixelScale::imagenet;
};

// The pixels that the model sees, still 8 bit: to draw attention over. Throws
// Error, naming the picture, if it is too small to crop or not of the size that
// is demanded.
Picture fit_picture(const Picture& picture, const ImagePlan& plan,
                    const std::string& name);

// → [3, height, width]: red, green, blue.
Tensor<float, 3> scale_pixels(const Picture& picture, PixelScale scale);

// Both, from a file: [3, plan.height, plan.width].
Tensor<float, 3> read_image(const std::string& path, const ImagePlan& plan);

}  // namespace suite
