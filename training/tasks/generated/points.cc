// Clouds of points, synthetic: drawn on the surface of a solid that is turned
// at random, moved a little each, and fitted into the ball of radius 1 around
// their mean. Which solid? Inputs are a set, their channels are coordinates.
#include <algorithm>
#include <cmath>
#include <vector>

#include "training/tasks/generated/generated.h"
#include "training/tasks/generated/kinds.h"
#include "training/tasks/generated/solids.h"

namespace suite {
namespace {

using Rotation = std::array<Point, 3>;

// All rotations are as likely: that of a quaternion of normal draws.
Rotation rotation(Random& random) {
  std::array<double, 4> q;
  double square = 0;
  for (double& each : q) {
    each = random.normal();
    square += each * each;
  }
  for (double& each : q) each /= std::sqrt(square);
  const auto [w, x, y, z] = q;
  return {
      {{1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)},
       {2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)},
       {2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)}}};
}

Point turned(const Rotation& rotation, const Point& point) {
  Point to = {};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) to[i] += rotation[i][j] * point[j];
  }
  return to;
}

// Around their mean, the farthest at distance 1.
void fit(std::vector<Point>& points) {
  Point mean = {};
  for (const Point& point : points) {
    for (std::size_t i = 0; i < 3; ++i) mean[i] += point[i];
  }
  double farthest = 0;
  for (Point& point : points) {
    double square = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      point[i] -= mean[i] / static_cast<double>(points.size());
      square += point[i] * point[i];
    }
    farthest = std::max(farthest, std::sqrt(square));
  }
  for (Point& point : points) {
    for (double& each : point) each /= farthest;
  }
}

class Points : public GeneratedTask {
 public:
  Points(TaskFacts facts, double noise)
      : GeneratedTask("points", std::move(facts)), noise_(noise) {}

 private:
  void draw(Random& random, MatrixView<float> input,
            std::span<std::int32_t> labels) const override {
    const std::uint64_t solid = random.below(facts().classes.size());
    const double slimness = random.uniform();
    const Rotation rotated = rotation(random);
    std::vector<Point> points(input.rows);
    for (Point& point : points) {
      point = turned(rotated,
                     point_on(static_cast<Solid>(solid), slimness, random));
    }
    fit(points);
    for (Point& point : points) {
      for (double& each : point) each += noise_ * random.normal();
    }
    fit(points);
    for (std::size_t n = 0; n < points.size(); ++n) {
      std::copy(points[n].begin(), points[n].end(), input.row(n));
    }
    labels[0] = static_cast<std::int32_t>(solid);
  }

  double noise_;
};

std::unique_ptr<Task> make(const Named& named, const std::string&) {
  TaskFacts facts = facts_of(named, "generated");
  facts.inputs = number_within(named, "points", 2, 1 << 20);
  facts.channels = 3;
  facts.coordinates = 3;
  facts.classes = solid_names();
  return std::make_unique<Points>(std::move(facts),
                                  real_value(named, "noise", 0, 1));
}

}  // namespace

TaskKind points_kind() {
  return {{"points",
           {number("points", 128, "How many points has a cloud?"),
            real("noise", 0.02,
                 "By which share of the radius is each moved, in mean "
                 "square?")}},
          {},
          make};
}

}  // namespace suite
