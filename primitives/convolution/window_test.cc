#include "primitives/convolution/window.h"

#include <gtest/gtest.h>

#include "primitives/convolution/testing.h"

namespace suite {
namespace {

// As tf.nn.conv2d documents it, and as two published models rely on it.
TEST(Window, SamePaddingIsTensorFlows) {
  EXPECT_EQ(same_padding(224, 7, 2), (Padding{2, 3}));
  EXPECT_EQ(same_padding(112, 3, 2), (Padding{0, 1}));
  EXPECT_EQ(same_padding(13, 3, 1), (Padding{1, 1}));
  EXPECT_EQ(same_padding(15, 2, 1), (Padding{0, 1}));
  EXPECT_EQ(same_padding(10, 2, 5), (Padding{0, 0}));  // gaps need none
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t kernel = 1; kernel < 8; ++kernel) {
      for (std::size_t stride = 1; stride <= kernel; ++stride) {
        const Grid outputs =
            same_window({size, 1}, kernel, stride).outputs({size, 1});
        EXPECT_EQ(outputs, (Grid{(size + stride - 1) / stride, 1}))
            << size << ' ' << kernel << ' ' << stride;
      }
    }
  }
}

TEST(Window, StandsWhereItFits) {
  const Window hugging_face{7, 2, {3, 3}, {3, 3}};
  EXPECT_EQ(hugging_face.outputs({224, 224}), (Grid{112, 112}));
  EXPECT_EQ((Window{3, 2, {}, {}}.outputs({7, 8})), (Grid{3, 3}));
}

TEST(Window, OverlapsTheInputsThatItSees) {
  for (const WindowCase& c : window_cases()) {
    const Grid outputs = c.window.outputs(c.grid);
    const Tensor<float, 3> image =
        normal_tensor<float, 3>({1, c.grid.positions(), 1}, 1);
    for (std::size_t x = 0; x < outputs.width; ++x) {
      const Overlap o = overlap(x, c.window, c.window.columns, c.grid.width);
      EXPECT_GT(o.count, 0u);
      for (std::size_t place = 0; place < c.window.kernel; ++place) {
        // The row of the window that lies on row 0 of the grid.
        const float* input = seen(all_rows(image), c, 0, x,
                                  c.window.rows.before, place);
        const bool inside = place >= o.first && place < o.first + o.count;
        ASSERT_EQ(input != nullptr, inside) << x << ' ' << place;
        if (inside) {
          EXPECT_EQ(input, image.data() + o.input + place - o.first);
        }
      }
    }
  }
}

std::string refusal(const Window& window, const Grid& grid) {
  try {
    window.outputs(grid);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Window, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal({5, 1, {1, 1}, {}}, {2, 9}),
            "a window of 5 places does not fit a height of 2, padded by 1 and 1");
  EXPECT_EQ(refusal({3, 1, {}, {0, 3}}, {9, 9}),
            "a window of 3 places, padded by 0 and 3 along the width: padding "
            "must be less than the window");
  EXPECT_EQ(refusal({3, 0, {}, {}}, {9, 9}),
            "a window of 3 places with stride 0: each must be at least 1");
  EXPECT_THROW(same_padding(4, 3, 0), Error);
}

}  // namespace
}  // namespace suite
