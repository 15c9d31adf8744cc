#include "pretrained/inputs/pictures/neighbourhoods.h"

namespace suite {

Tensor<float, 3> neighbourhoods(const Tensor<float, 3>& image) {
  const std::size_t channels = image.shape(0);
  const std::size_t height = image.shape(1), width = image.shape(2);
  Tensor<float, 3> all({9 * channels, height, width}, 0.0F);
  for (std::size_t plane = 0; plane < 9 * channels; ++plane) {
    const std::size_t tap = plane / channels, c = plane % channels;
    for (std::size_t y = 0; y < height; ++y) {
      const std::size_t from_y = y + tap / 3;  // one more than it is
      if (from_y < 1 || from_y > height) continue;
      for (std::size_t x = 0; x < width; ++x) {
        const std::size_t from_x = x + tap % 3;
        if (from_x < 1 || from_x > width) continue;
        all(plane, y, x) = image(c, from_y - 1, from_x - 1);
      }
    }
  }
  return all;
}

}  // namespace suite
