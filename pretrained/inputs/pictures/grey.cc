#include "pretrained/inputs/pictures/grey.h"

#include <algorithm>
#include <cmath>

namespace suite {

Picture grey(const Picture& picture) {
  Picture made = picture;
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    const auto* rgb = picture.rgb.data() + i;
    // ITU-R 601-2, in 1/65536.
    const unsigned luma =
        (19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 0x8000u) >> 16;
    std::fill_n(made.rgb.begin() + static_cast<std::ptrdiff_t>(i), 3,
                static_cast<std::uint8_t>(luma));
  }
  return made;
}

Tensor<float, 3> scale_grey(const Picture& picture, const GreyScale& scale) {
  Tensor<float, 3> pixels({1, picture.height, picture.width});
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const float share = static_cast<float>(picture.rgb[3 * i]) / 255;
    pixels.data()[i] =
        (std::round(share * scale.white) - scale.middle) / scale.unit;
  }
  return pixels;
}

}  // namespace suite
