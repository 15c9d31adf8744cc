#include "training/tasks/generated/solids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace suite {
namespace {

constexpr int kPoints = 40000;

// Of many points, the share for which `holds`.
double share(Solid solid, double slimness,
             const std::function<bool(const Point&)>& holds) {
  Random random(derive_seed(1, "solids"));
  int count = 0;
  for (int i = 0; i < kPoints; ++i) {
    count += holds(point_on(solid, slimness, random));
  }
  return static_cast<double>(count) / kPoints;
}

bool near(double a, double b) { return std::abs(a - b) < 1e-12; }

double length(double x, double y) { return std::sqrt(x * x + y * y); }

double largest(const Point& p) {
  return std::max({std::abs(p[0]), std::abs(p[1]), std::abs(p[2])});
}

TEST(Solids, PointsAreOnTheSurface) {
  const auto all = [](Solid solid, const std::function<bool(const Point&)>& is,
                      double slimness = 0.2) {
    EXPECT_EQ(share(solid, slimness, is), 1)
        << solid_names()[static_cast<std::size_t>(solid)];
  };
  all(Solid::sphere, [](const Point& p) {
    return near(p[0] * p[0] + p[1] * p[1] + p[2] * p[2], 1);
  });
  all(Solid::cube, [](const Point& p) { return largest(p) == 1; });
  all(Solid::cylinder, [](const Point& p) {
    const double r = length(p[0], p[1]), z = std::abs(p[2]);
    return (near(r, 1) && z <= 0.8) || (r <= 1 && near(z, 0.8));
  });
  all(Solid::cone, [](const Point& p) {
    const double r = length(p[0], p[1]);
    return near(p[2], 1.6 * (1 - r)) || (r <= 1 && p[2] == 0);
  });
  all(Solid::torus, [](const Point& p) {
    return near(length(length(p[0], p[1]) - 1, p[2]), 0.325);
  });
  // Within four half-spaces, and at the edge of one.
  all(Solid::tetrahedron, [](const Point& p) {
    return near(std::max({p[0] + p[1] - p[2], p[0] - p[1] + p[2],
                          -p[0] + p[1] + p[2], -p[0] - p[1] - p[2]}),
                1);
  });
  all(Solid::octahedron, [](const Point& p) {
    return near(std::abs(p[0]) + std::abs(p[1]) + std::abs(p[2]), 1);
  });
  all(Solid::hemisphere, [](const Point& p) {
    const double r = length(p[0], p[1]);
    return p[2] >= 0 && (near(length(r, p[2]), 1) || (r <= 1 && p[2] == 0));
  });
}

// Parts that are counted have the share of the area that geometry gives them;
// the deviation of a share is at most 0.0025.
TEST(Solids, AreasAreAsLikelyAsTheyAreLarge) {
  const auto expect = [](Solid solid, double area,
                         const std::function<bool(const Point&)>& part,
                         double slimness = 0.2) {
    EXPECT_NEAR(share(solid, slimness, part), area, 0.01)
        << solid_names()[static_cast<std::size_t>(solid)];
  };
  // Archimedes: slices of a sphere are as large as they are high.
  expect(Solid::sphere, 0.25, [](const Point& p) { return p[0] > 0.5; });
  expect(Solid::cube, 1.0 / 6, [](const Point& p) { return p[1] == -1; });
  expect(Solid::cube, 1.0 / 6 + 1.0 / 6,
         [](const Point& p) { return p[2] > 0.5; });
  expect(Solid::cylinder, 1 / (1 + 1.6),
         [](const Point& p) { return length(p[0], p[1]) < 0.999999; });
  expect(Solid::cylinder, 0.5 / (1 + 1.6),
         [](const Point& p) { return near(p[2], 0.8); });
  expect(Solid::cone, 1 / (1 + std::sqrt(1 + 1.6 * 1.6)),
         [](const Point& p) { return p[2] == 0; });
  // The upper half of the height is a quarter of the side.
  expect(Solid::cone, 0.25 / (1 + 1 / std::sqrt(1 + 1.6 * 1.6)),
         [](const Point& p) { return p[2] > 0.8; });
  // Pappus: the outer half's centre goes round a longer way.
  expect(Solid::torus, 0.5 + 0.325 / M_PI,
         [](const Point& p) { return length(p[0], p[1]) > 1; });
  expect(Solid::tetrahedron, 0.25,
         [](const Point& p) { return near(p[0] + p[1] - p[2], 1); });
  expect(Solid::tetrahedron, 3.0 / 4 / 4,
         [](const Point& p) { return p[0] + p[1] + p[2] > 1; });
  expect(Solid::octahedron, 0.25,
         [](const Point& p) { return p[0] > 0 && p[1] < 0; });
  expect(Solid::octahedron, 0.125, [](const Point& p) { return p[2] > 0.5; });
  expect(Solid::hemisphere, 1.0 / 3, [](const Point& p) { return p[2] == 0; });
  expect(Solid::hemisphere, 1.0 / 3, [](const Point& p) { return p[2] > 0.5; });
}

}  // namespace
}  // namespace suite
