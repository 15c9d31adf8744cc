#include "perceiver/inputs/points/mesh.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "perceiver/inputs/points/number_lines.h"
#include "primitives/check.h"
#include "primitives/random.h"

namespace suite {
namespace {

constexpr std::string_view kMagic = "OFF";

// [values/3, 3]
template <class T>
Tensor<T, 2> triples(const std::vector<T>& values) {
  Tensor<T, 2> rows({values.size() / 3, 3});
  std::copy(values.begin(), values.end(), rows.begin());
  return rows;
}

// `value` as a whole number below `bound`.
std::uint32_t whole(double value, double bound, const NumberLines& lines,
                    const char* what) {
  require(value >= 0 && value < bound && value == std::floor(value),
          "{}: {} {} is no whole number from 0 to {}", lines.place(), what,
          value, bound - 1);
  return static_cast<std::uint32_t>(value);
}

struct Counts {
  std::uint32_t vertices = 0;
  std::uint32_t faces = 0;
};

Counts read_counts(NumberLines& lines) {
  const bool begins =
      lines.next() && lines.line().substr(0, kMagic.size()) == kMagic;
  require(begins, "{}: does not begin with {}", lines.place(), kMagic);
  lines.skip(kMagic.size());
  std::vector<double> numbers = lines.numbers();
  if (numbers.empty() && lines.next()) numbers = lines.numbers();
  require(numbers.size() == 3,
          "{}: the numbers of vertices, faces and edges expected",
          lines.place());
  constexpr double kBound = 4294967296;
  return {whole(numbers[0], kBound, lines, "number of vertices"),
          whole(numbers[1], kBound, lines, "number of faces")};
}

void read_face(const NumberLines& lines, std::uint32_t vertices,
               std::vector<std::uint32_t>& triangles) {
  const std::vector<double> numbers = lines.numbers();
  const std::size_t corners =
      whole(numbers[0], static_cast<double>(numbers.size()), lines, "corners");
  require(corners >= 3, "{}: a face has 3 corners or more, this has {}",
          lines.place(), corners);
  std::vector<std::uint32_t> corner;
  for (std::size_t i = 1; i <= corners; ++i) {
    corner.push_back(whole(numbers[i], vertices, lines, "vertex"));
  }
  for (std::size_t i = 2; i < corners; ++i) {
    triangles.insert(triangles.end(), {corner[0], corner[i - 1], corner[i]});
  }
}

using Point = std::array<double, 3>;

Point vertex(const Mesh& mesh, std::size_t triangle, std::size_t corner) {
  const float* at = mesh.vertices.data() + 3 * mesh.triangles(triangle, corner);
  return {at[0], at[1], at[2]};
}

double area(const Mesh& mesh, std::size_t triangle) {
  const Point a = vertex(mesh, triangle, 0);
  const Point b = vertex(mesh, triangle, 1);
  const Point c = vertex(mesh, triangle, 2);
  double square = 0;  // of the cross product's length
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t j = (i + 1) % 3, k = (i + 2) % 3;
    const double part = (b[j] - a[j]) * (c[k] - a[k]) -  //
                        (b[k] - a[k]) * (c[j] - a[j]);
    square += part * part;
  }
  return std::sqrt(square) / 2;
}

}  // namespace

Mesh read_off(const std::string& path) {
  NumberLines lines(path);
  const Counts counts = read_counts(lines);
  std::vector<float> vertices;
  for (std::uint32_t v = 0; v < counts.vertices; ++v) {
    require(lines.next(), "{}: ends after {} of {} vertices", path, v,
            counts.vertices);
    const std::vector<double> numbers = lines.numbers();
    require(numbers.size() == 3, "{}: a vertex has 3 numbers, this has {}",
            lines.place(), numbers.size());
    for (const double value : numbers) {
      vertices.push_back(static_cast<float>(value));
    }
  }
  std::vector<std::uint32_t> triangles;
  for (std::uint32_t f = 0; f < counts.faces; ++f) {
    require(lines.next(), "{}: ends after {} of {} faces", path, f,
            counts.faces);
    read_face(lines, counts.vertices, triangles);
  }
  const bool more = lines.next();
  require(!more, "{}: more lines than vertices and faces", lines.place());
  return {triples(vertices), triples(triangles)};
}

Tensor<float, 2> sample_surface(const Mesh& mesh, std::size_t count,
                                std::uint64_t seed) {
  std::vector<double> areas;  // of all triangles up to each
  double total = 0;
  for (std::size_t t = 0; t < mesh.triangles.shape(0); ++t) {
    areas.push_back(total += area(mesh, t));
  }
  require(total > 0 && std::isfinite(total),
          "the mesh has {} triangles of area {}: no surface to draw from",
          areas.size(), total);
  Random random(seed);
  Tensor<float, 2> points({count, 3});
  for (std::size_t n = 0; n < count; ++n) {
    const auto hit = std::upper_bound(areas.begin(), areas.end() - 1,
                                      random.uniform() * total);
    const auto t = static_cast<std::size_t>(hit - areas.begin());
    // The root makes the draw uniform in the triangle.
    const double towards = std::sqrt(random.uniform());
    const double side = random.uniform();
    for (std::size_t i = 0; i < 3; ++i) {
      points(n, i) =
          static_cast<float>((1 - towards) * vertex(mesh, t, 0)[i] +
                             towards * ((1 - side) * vertex(mesh, t, 1)[i] +
                                        side * vertex(mesh, t, 2)[i]));
    }
  }
  return points;
}

}  // namespace suite
