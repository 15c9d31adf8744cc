#include "perceiver/inputs/points/points.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "perceiver/inputs/file.h"
#include "perceiver/inputs/points/mesh.h"
#include "perceiver/inputs/points/number_lines.h"
#include "primitives/check.h"
#include "primitives/random.h"

namespace suite {
namespace {

Tensor<float, 2> read_rows(const std::string& path) {
  NumberLines lines(path);
  std::vector<float> values;
  while (lines.next()) {
    const std::vector<double> numbers = lines.numbers();
    require(numbers.size() == 3, "{}: a point has 3 numbers, this has {}",
            lines.place(), numbers.size());
    for (const double value : numbers) {
      values.push_back(static_cast<float>(value));
    }
  }
  Tensor<float, 2> points({values.size() / 3, 3});
  std::copy(values.begin(), values.end(), points.begin());
  return points;
}

}  // namespace

Tensor<float, 2> read_points(const std::string& path) {
  const std::string ending = ending_of(path);
  require(ending == ".xyz" || ending == ".txt" || ending == ".off",
          "{}: point clouds are read from .xyz, .txt and .off files", path);
  Tensor<float, 2> points =
      ending == ".off" ? read_off(path).vertices : read_rows(path);
  require(points.shape(0) > 0, "{}: has no points", path);
  return points;
}

Tensor<float, 2> sample_points(const Tensor<float, 2>& points,
                               std::size_t count, std::uint64_t seed) {
  const std::size_t N = points.shape(0);
  require(count <= N, "{} points demanded, there are {}", count, N);
  std::vector<std::size_t> order(N);
  std::iota(order.begin(), order.end(), 0);
  Random random(seed);
  Tensor<float, 2> sample({count, 3});
  for (std::size_t n = 0; n < count; ++n) {
    std::swap(order[n], order[n + random.below(N - n)]);
    for (std::size_t i = 0; i < 3; ++i) sample(n, i) = points(order[n], i);
  }
  return sample;
}

Tensor<float, 2> centre_and_scale(const Tensor<float, 2>& points,
                                  PointScale scale) {
  const std::size_t N = points.shape(0);
  std::array<double, 3> mean = {};
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t i = 0; i < 3; ++i) mean[i] += points(n, i);
  }
  for (double& coordinate : mean) coordinate /= static_cast<double>(N);
  double most = 0;
  for (std::size_t n = 0; n < N; ++n) {
    const double x = points(n, 0) - mean[0];
    const double y = points(n, 1) - mean[1];
    const double z = points(n, 2) - mean[2];
    most =
        std::max(most, scale == PointScale::unit_sphere
                           ? std::sqrt(x * x + y * y + z * z)
                           : std::max({std::abs(x), std::abs(y), std::abs(z)}));
  }
  require(most > 0, "the {} points are all the same: nothing to scale", N);
  Tensor<float, 2> scaled({N, 3});
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t i = 0; i < 3; ++i) {
      scaled(n, i) = static_cast<float>((points(n, i) - mean[i]) / most);
    }
  }
  return scaled;
}

}  // namespace suite
