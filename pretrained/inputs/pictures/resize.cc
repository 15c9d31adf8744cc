#include "pretrained/inputs/pictures/resize.h"

#include <algorithm>
#include <cmath>

#include "support/check.h"

namespace suite {
namespace {

constexpr int kFractionBits =
    22;                         // leaves 8 bit for the value, 2 for overshoot
constexpr double kSupport = 2;  // the cubic is 0 from here on

// Keys' cubic (1981) with a = −0.5.
double cubic(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

// An output pixel is a weighted sum of input pixels first, first + 1, ….
struct Taps {
  std::size_t first = 0;
  std::vector<int> weights;  // in units of 2^−kFractionBits
};

std::vector<Taps> taps(std::size_t from, std::size_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double widening = std::max(scale, 1.0);
  const double support = kSupport * widening;
  std::vector<Taps> all(to);
  std::vector<double> weights;
  for (std::size_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first =
        static_cast<std::size_t>(std::max(centre - support + 0.5, 0.0));
    const auto end =
        std::min(static_cast<std::size_t>(centre + support + 0.5), from);
    weights.clear();
    double sum = 0;
    for (std::size_t x = first; x < end; ++x) {
      weights.push_back(
          cubic((static_cast<double>(x) - centre + 0.5) * (1 / widening)));
      sum += weights.back();
    }
    all[i].first = first;
    for (const double weight : weights) {
      const double units = weight / sum * (1 << kFractionBits);
      all[i].weights.push_back(
          static_cast<int>(units < 0 ? units - 0.5 : units + 0.5));
    }
  }
  return all;
}

// One output value of `taps` over values `stride` apart.
std::uint8_t weigh(const std::uint8_t* values, std::size_t stride,
                   const Taps& taps) {
  int sum = 1 << (kFractionBits - 1);
  values += taps.first * stride;
  for (const int weight : taps.weights) {
    sum += *values * weight;
    values += stride;
  }
  return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

Picture resize_rows(const Picture& picture, std::size_t width) {
  Picture wide(picture.height, width);
  const std::vector<Taps> columns = taps(picture.width, width);
  std::uint8_t* out = wide.rgb.data();
  for (std::size_t y = 0; y < picture.height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        *out++ = weigh(picture.at(y, 0) + c, 3, columns[x]);
      }
    }
  }
  return wide;
}

Picture resize_columns(const Picture& picture, std::size_t height) {
  Picture high(height, picture.width);
  const std::vector<Taps> rows = taps(picture.height, height);
  const std::size_t stride = picture.width * 3;
  std::uint8_t* out = high.rgb.data();
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < stride; ++i) {
      *out++ = weigh(picture.rgb.data() + i, stride, rows[y]);
    }
  }
  return high;
}

}  // namespace

Picture resize_bicubic(const Picture& picture, std::size_t height,
                       std::size_t width) {
  require(picture.height > 0 && picture.width > 0 && height > 0 && width > 0,
          "cannot resize {} × {} pixels to {} × {}: no extent may be 0",
          picture.height, picture.width, height, width);
  const Picture wide =
      width == picture.width ? picture : resize_rows(picture, width);
  return height == picture.height ? wide : resize_columns(wide, height);
}

}  // namespace suite
