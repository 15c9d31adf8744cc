#include "pretrained/visualisation/flow_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace suite {
namespace {

using Wheel = std::vector<std::array<double, 3>>;

// Between pure and mixed colours, as many steps as the eye tells apart.
Wheel make_wheel() {
  constexpr std::array<std::size_t, 6> kSteps = {15, 6, 4, 11, 13, 6};
  constexpr std::array<std::array<double, 3>, 7> kCorners = {
      {{1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 1},
       {1, 0, 0}}};
  Wheel wheel;
  for (std::size_t side = 0; side < kSteps.size(); ++side) {
    for (std::size_t i = 0; i < kSteps[side]; ++i) {
      const double share =
          static_cast<double>(i) / static_cast<double>(kSteps[side]);
      std::array<double, 3>& colour = wheel.emplace_back();
      for (std::size_t c = 0; c < 3; ++c) {
        colour[c] = (1 - share) * kCorners[side][c] +
                    share * kCorners[side + 1][c];
      }
    }
  }
  return wheel;
}

// Of a vector whose longest has length 1.
Colour colour_of_motion(double right, double down, const Wheel& wheel) {
  const double length = std::min(1.0, std::hypot(right, down));
  const double turn = std::atan2(down, right) / (2 * std::numbers::pi);
  const double place =
      (turn - std::floor(turn)) * static_cast<double>(wheel.size());
  const std::size_t first = static_cast<std::size_t>(place) % wheel.size();
  const auto& a = wheel[first];
  const auto& b = wheel[(first + 1) % wheel.size()];
  const double share = place - std::floor(place);
  Colour colour;
  for (std::size_t c = 0; c < 3; ++c) {
    const double full = (1 - share) * a[c] + share * b[c];
    colour[c] = static_cast<std::uint8_t>(
        std::lround(255 * (1 - length * (1 - full))));
  }
  return colour;
}

}  // namespace

Motion motion_of(const MatrixView<const float>& flow) {
  Motion motion;
  for (std::size_t i = 0; i < flow.rows; ++i) {
    const double length = std::hypot(flow.row(i)[0], flow.row(i)[1]);
    require(std::isfinite(length), "the motion of pixel {} is no number", i);
    motion.mean += length / static_cast<double>(flow.rows);
    motion.most = std::max(motion.most, length);
  }
  return motion;
}

Picture flow_picture(const MatrixView<const float>& flow, std::size_t height,
                     std::size_t width, double most) {
  require(flow.rows == height * width && flow.cols == 2,
          "motion of [{}, {}] for {} × {} pixels", flow.rows, flow.cols, height,
          width);
  const Wheel wheel = make_wheel();
  const double scale = most > 0 ? 1 / most : 0;
  Picture picture(height, width);
  for (std::size_t i = 0; i < flow.rows; ++i) {
    picture.set(i / width, i % width,
                colour_of_motion(flow.row(i)[0] * scale, flow.row(i)[1] * scale,
                                 wheel));
  }
  return picture;
}

}  // namespace suite
