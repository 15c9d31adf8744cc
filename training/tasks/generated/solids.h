// Points on the surfaces of solids, every area as likely as it is large. No
// function of a library but √, so that they are the same bits everywhere.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "primitives/random.h"

namespace suite {

enum class Solid {
  sphere,
  cube,
  cylinder,
  cone,
  torus,
  tetrahedron,
  octahedron,
  hemisphere,
};

// In the order of Solid.
std::vector<std::string> solid_names();

using Point = std::array<double, 3>;

// Radii are 1, axes are z. `slimness`, in [0, 1), makes a cylinder or cone of
// half to twice its radius high above or below its middle, and of a torus a
// tube of radius ¼ to ⅝; other solids have one form:
//   cube [−1, 1]³; |x| + |y| + |z| = 1; (1, 1, 1), (1, −1, −1), (−1, 1, −1),
//   (−1, −1, 1) corners of a tetrahedron; z ≥ 0 of a ball.
Point point_on(Solid solid, double slimness, Random& random);

}  // namespace suite
