// Point clouds as the Perceiver takes them for ModelNet40 (section 4.4): some
// 2,000 points, centred and scaled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "primitives/tensor.h"

namespace suite {

// → [N, 3], N ≥ 1: rows of three numbers (.xyz, .txt), or the vertices of an
// .off mesh; mesh.h draws points from a mesh's surface. Throws Error, naming
// file and line, for anything else.
Tensor<float, 2> read_points(const std::string& path);

// [N, 3] → [count, 3]: `count` of the points, none twice, in an order of
// `seed`. Throws Error if there are fewer.
Tensor<float, 2> sample_points(const Tensor<float, 2>& points,
                               std::size_t count, std::uint64_t seed);

enum class PointScale {
  unit_sphere,  // the farthest point at distance 1, as PointNet does
  unit_cube,    // the largest coordinate 1 or −1
};

// [N, 3] → [N, 3]: their mean moved to 0, then scaled alike in all directions.
// Throws Error if all points are one.
Tensor<float, 2> centre_and_scale(const Tensor<float, 2>& points,
                                  PointScale scale);

}  // namespace suite
