#include "perceiver/inputs/points/mesh.h"

#include <gtest/gtest.h>

#include <cmath>

#include "perceiver/inputs/testing.h"

namespace suite {
namespace {

// A square of side 1 at z = 0, and a triangle of area 3 in the plane x = 5.
constexpr char kShapes[] =
    "OFF\n# a comment\n7 2 0\n"
    "0 0 0\n1 0 0\n1 1 0\n0 1 0\n"
    "5 0 0\n5 3 0\n5 0 2\n"
    "4 0 1 2 3\n3 4 5 6 255 0 0\n";

TEST(Mesh, IsReadFromOff) {
  const Mesh mesh = read_off(written("shapes.off", kShapes));
  EXPECT_EQ(mesh.vertices.shape(), (std::array<std::size_t, 2>{7, 3}));
  EXPECT_EQ(mesh.vertices(6, 2), 2);
  EXPECT_EQ(mesh.triangles,
            (Tensor<std::uint32_t, 2>{{0, 1, 2}, {0, 2, 3}, {4, 5, 6}}));
}

TEST(Mesh, IsReadFromOffAsModelNetHasIt) {
  const Mesh mesh =
      read_off(written("net.off", "OFF3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"));
  EXPECT_EQ(mesh.triangles, (Tensor<std::uint32_t, 2>{{0, 1, 2}}));
}

TEST(Mesh, ThatIsBrokenIsRefused) {
  const auto refusal = [](const std::string& text) {
    const std::string path = written("broken.off", text);
    const std::string error = error_of([&] { read_off(path); });
    EXPECT_EQ(error.substr(0, path.size()), path) << error;
    return error.substr(std::min(path.size(), error.size()));
  };
  EXPECT_EQ(refusal("ply\n"), ":1: does not begin with OFF");
  EXPECT_EQ(refusal("OFF\n3 1\n"),
            ":2: the numbers of vertices, faces and edges expected");
  EXPECT_EQ(refusal("OFF\n"),
            ":1: the numbers of vertices, faces and edges expected");
  EXPECT_EQ(refusal("OFF\n-1 0 0\n"),
            ":2: number of vertices -1 is no whole number from 0 to "
            "4294967295");
  EXPECT_EQ(refusal("OFF\n4000000000 0 0\n1 2 3\n"),
            ": ends after 1 of 4000000000 vertices");
  EXPECT_EQ(refusal("OFF\n1 0 0\n1 2\n"),
            ":3: a vertex has 3 numbers, this has 2");
  EXPECT_EQ(refusal("OFF\n1 2 0\n1 2 3\n3 0 0 0\n"),
            ": ends after 1 of 2 faces");
  EXPECT_EQ(refusal("OFF\n1 1 0\n1 2 3\n3 0 0 1\n"),
            ":4: vertex 1 is no whole number from 0 to 0");
  EXPECT_EQ(refusal("OFF\n1 1 0\n1 2 3\n3 0 0\n"),
            ":4: corners 3 is no whole number from 0 to 2");
  EXPECT_EQ(refusal("OFF\n1 1 0\n1 2 3\n2 0 0\n"),
            ":4: a face has 3 corners or more, this has 2");
  EXPECT_EQ(refusal("OFF\n1 0 0\n1 2 3\n3 0 0 0\n"),
            ":4: more lines than vertices and faces");
}

TEST(SampleSurface, CoversItEvenly) {
  const Mesh mesh = read_off(written("shapes.off", kShapes));
  constexpr std::size_t kCount = 20000;
  const Tensor<float, 2> points = sample_surface(mesh, kCount, 1);
  std::size_t on_square = 0, in_corner = 0, low = 0;
  for (std::size_t n = 0; n < kCount; ++n) {
    const float x = points(n, 0), y = points(n, 1), z = points(n, 2);
    if (x < 3) {
      ++on_square;
      EXPECT_EQ(z, 0);
      EXPECT_TRUE(x >= 0 && x <= 1 && y >= 0 && y <= 1);
      if (x < 0.5F && y < 0.5F) ++in_corner;
    } else {
      EXPECT_NEAR(x, 5, 1e-6);
      EXPECT_TRUE(y >= 0 && z >= 0 && y / 3 + z / 2 <= 1.00001);
      if (z < 1) ++low;
    }
  }
  // Shares 1/4, of it 1/4, and 3/4 of the triangle: five deviations allowed.
  const auto near = [](std::size_t hits, double share) {
    const double deviation = std::sqrt(kCount * share * (1 - share));
    EXPECT_NEAR(static_cast<double>(hits), kCount * share, 5 * deviation);
  };
  near(on_square, 0.25);
  near(in_corner, 0.0625);
  near(low, 0.5625);
  EXPECT_EQ(sample_surface(mesh, kCount, 1), points);
  EXPECT_NE(sample_surface(mesh, kCount, 2), points);
}

TEST(SampleSurface, NeedsASurface) {
  const Mesh flat =
      read_off(written("flat.off", "OFF\n2 1 0\n0 0 0\n1 1 1\n3 0 1 1\n"));
  EXPECT_EQ(error_of([&] { sample_surface(flat, 5, 1); }),
            "the mesh has 1 triangles of area 0: no surface to draw from");
  const Mesh bare = read_off(written("bare.off", "OFF\n1 0 0\n0 0 0\n"));
  EXPECT_NE(error_of([&] { sample_surface(bare, 5, 1); }), "");
}

}  // namespace
}  // namespace suite
