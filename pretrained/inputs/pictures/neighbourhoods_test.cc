#include "pretrained/inputs/pictures/neighbourhoods.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(Neighbourhoods, HoldRowsThenColumnsThenChannels) {
  Tensor<float, 3> image({2, 3, 4});
  for (std::size_t i = 0; i < image.size(); ++i) {
    image.data()[i] = static_cast<float>(i + 1);
  }
  const Tensor<float, 3> all = neighbourhoods(image);
  ASSERT_EQ(all.shape(0), 18u);
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      for (std::size_t c = 0; c < 2; ++c) {
        const std::size_t plane =
            static_cast<std::size_t>((dy + 1) * 3 + dx + 1) * 2 + c;
        for (int y = 0; y < 3; ++y) {
          for (int x = 0; x < 4; ++x) {
            const int y0 = y + dy, x0 = x + dx;
            const bool inside = y0 >= 0 && y0 < 3 && x0 >= 0 && x0 < 4;
            EXPECT_EQ(all(plane, y, x), inside ? image(c, y0, x0) : 0.0F)
                << plane << ", " << y << ", " << x;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace suite
