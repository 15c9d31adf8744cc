#include "training/tasks/generated/solids.h"

#include <cmath>

namespace suite {
namespace {

double between(double least, double most, double share) {
  return least + (most - least) * share;
}

double sign(Random& random) { return random.below(2) == 0 ? -1 : 1; }

struct InDisc {
  double x, y, radius;
};

// In the disc of radius 1, not at its middle.
InDisc in_disc(Random& random) {
  double x, y, square;
  do {
    x = 2 * random.uniform() - 1;
    y = 2 * random.uniform() - 1;
    square = x * x + y * y;
  } while (square > 1 || square == 0);
  return {x, y, std::sqrt(square)};
}

// On its edge.
InDisc on_circle(Random& random) {
  const InDisc in = in_disc(random);
  return {in.x / in.radius, in.y / in.radius, 1};
}

Point on_sphere(Random& random) {
  Point point;
  double square = 0;
  for (double& each : point) {
    each = random.normal();
    square += each * each;
  }
  const double radius = std::sqrt(square);
  for (double& each : point) each /= radius;
  return point;
}

Point on_cube(Random& random) {
  Point point;
  for (double& each : point) each = 2 * random.uniform() - 1;
  const std::size_t axis = random.below(3);
  point[axis] = sign(random);
  return point;
}

Point on_cylinder(double half, Random& random) {
  // The side is of area 4π·half, the two ends are of 2π.
  if (random.uniform() * (2 * half + 1) < 2 * half) {
    const InDisc edge = on_circle(random);
    return {edge.x, edge.y, half * (2 * random.uniform() - 1)};
  }
  const InDisc end = in_disc(random);
  return {end.x, end.y, half * sign(random)};
}

Point on_cone(double height, Random& random) {
  // The side is of area π·slant, the base of π.
  const double slant = std::sqrt(1 + height * height);
  if (random.uniform() * (slant + 1) < slant) {
    const InDisc edge = on_circle(random);
    const double down = std::sqrt(random.uniform());
    return {down * edge.x, down * edge.y, height * (1 - down)};
  }
  const InDisc base = in_disc(random);
  return {base.x, base.y, 0};
}

Point on_torus(double tube, Random& random) {
  // Outside there is more of it than inside.
  InDisc around;
  do {
    around = on_circle(random);
  } while (random.uniform() * (1 + tube) > 1 + tube * around.x);
  const InDisc along = on_circle(random);
  const double radius = 1 + tube * around.x;
  return {radius * along.x, radius * along.y, tube * around.y};
}

Point in_triangle(const std::array<Point, 3>& corners, Random& random) {
  const double far = std::sqrt(random.uniform());
  const double aside = random.uniform();
  Point point;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    point[axis] = (1 - far) * corners[0][axis] +
                  far * (1 - aside) * corners[1][axis] +
                  far * aside * corners[2][axis];
  }
  return point;
}

Point on_tetrahedron(Random& random) {
  static constexpr std::array<Point, 4> kCorners = {
      {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}}};
  const std::size_t left_out = random.below(4);
  std::array<Point, 3> corners;
  for (std::size_t i = 0; i < 3; ++i) {
    corners[i] = kCorners[(left_out + 1 + i) % 4];
  }
  return in_triangle(corners, random);
}

Point on_octahedron(Random& random) {
  std::array<Point, 3> corners = {};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    corners[axis][axis] = sign(random);
  }
  return in_triangle(corners, random);
}

Point on_hemisphere(Random& random) {
  // The dome is of area 2π, the base of π.
  if (random.below(3) < 2) {
    Point dome = on_sphere(random);
    dome[2] = std::abs(dome[2]);
    return dome;
  }
  const InDisc base = in_disc(random);
  return {base.x, base.y, 0};
}

}  // namespace

std::vector<std::string> solid_names() {
  return {"sphere", "cube",        "cylinder",   "cone",
          "torus",  "tetrahedron", "octahedron", "hemisphere"};
}

Point point_on(Solid solid, double slimness, Random& random) {
  switch (solid) {
    case Solid::sphere:
      return on_sphere(random);
    case Solid::cube:
      return on_cube(random);
    case Solid::cylinder:
      return on_cylinder(between(0.5, 2, slimness), random);
    case Solid::cone:
      return on_cone(between(1, 4, slimness), random);
    case Solid::torus:
      return on_torus(between(0.25, 0.625, slimness), random);
    case Solid::tetrahedron:
      return on_tetrahedron(random);
    case Solid::octahedron:
      return on_octahedron(random);
    case Solid::hemisphere:
      break;
  }
  return on_hemisphere(random);
}

}  // namespace suite
