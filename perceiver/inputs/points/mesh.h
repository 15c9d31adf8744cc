// Triangle meshes: what ModelNet40 is published as, in .off files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "primitives/tensor.h"

namespace suite {

struct Mesh {
  Tensor<float, 2> vertices;           // [vertices, 3]
  Tensor<std::uint32_t, 2> triangles;  // [triangles, 3], of vertices
};

// A face of more corners becomes a fan of triangles from its first. A first
// line like "OFF490 518 0" is taken, as ModelNet40 has it; what stands behind
// the corners of a face is colour, and dropped. Throws Error, naming file and
// line.
Mesh read_off(const std::string& path);

// → [count, 3]: points drawn uniformly over the surface, in an order of `seed`.
// Throws Error for a mesh without surface.
// Cost: a look through the triangles, and log2(triangles) a point.
Tensor<float, 2> sample_surface(const Mesh& mesh, std::size_t count,
                                std::uint64_t seed);

}  // namespace suite
