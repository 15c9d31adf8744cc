#include "perceiver/inputs/points/points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "perceiver/inputs/testing.h"

namespace suite {
namespace {

using Points = Tensor<float, 2>;

TEST(Points, AreReadFromRows) {
  const std::string path =
      written("p.xyz", "# x y z\n1 2 3\r\n\n\t-4.5 1e-2   0\n7 8 9");
  EXPECT_EQ(read_points(path),
            (Points{{1, 2, 3}, {-4.5F, 0.01F, 0}, {7, 8, 9}}));
}

TEST(Points, AreTheVerticesOfAMesh) {
  const std::string path =
      written("p.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n");
  EXPECT_EQ(read_points(path), (Points{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}));
}

TEST(Points, ThatAreNoneAreRefused) {
  const auto refusal = [](const std::string& name, const std::string& text) {
    const std::string path = written(name, text);
    const std::string error = error_of([&] { read_points(path); });
    EXPECT_EQ(error.substr(0, path.size()), path) << error;
    return error.substr(std::min(path.size(), error.size()));
  };
  EXPECT_EQ(refusal("p.ply", "ply\n"),
            ": point clouds are read from .xyz, .txt and .off files");
  EXPECT_EQ(refusal("a.xyz", "1 2 3\n1 2\n"),
            ":2: a point has 3 numbers, this has 2");
  EXPECT_EQ(refusal("b.xyz", "1 2 3 4\n"),
            ":1: a point has 3 numbers, this has 4");
  EXPECT_EQ(refusal("c.txt", "1 2 x3\n"), ":1: \"x3\" is no finite float");
  EXPECT_EQ(refusal("c.txt", "1 2 3x\n"), ":1: \"3x\" is no finite float");
  EXPECT_EQ(refusal("d.txt", "\n1 2 nan\n"), ":2: \"nan\" is no finite float");
  EXPECT_EQ(refusal("e.txt", "1 2 1e39\n"), ":1: \"1e39\" is no finite float");
  EXPECT_EQ(refusal("f.txt", "1 2 \x1b[2J\n"),
            ":1: \"\\x1b[2J\" is no finite float");
  EXPECT_EQ(refusal("g.txt", "# nothing\n"), ": has no points");
  EXPECT_EQ(refusal("h.txt", ""), ": is empty");
}

Points grid(std::size_t count) {
  Points points({count, 3});
  for (std::size_t n = 0; n < count; ++n) {
    points(n, 0) = static_cast<float>(n);
    points(n, 1) = static_cast<float>(n % 7);
    points(n, 2) = 5;
  }
  return points;
}

TEST(SamplePoints, TakesEachAtMostOnce) {
  const Points points = grid(100);
  const Points sample = sample_points(points, 60, 1);
  std::set<float> seen;
  for (std::size_t n = 0; n < 60; ++n) {
    seen.insert(sample(n, 0));
    EXPECT_EQ(sample(n, 1),
              static_cast<float>(static_cast<int>(sample(n, 0)) % 7));
  }
  EXPECT_EQ(seen.size(), 60u);
  EXPECT_EQ(sample_points(points, 60, 1), sample);
  EXPECT_NE(sample_points(points, 60, 2), sample);
  EXPECT_EQ(error_of([&] { sample_points(points, 101, 1); }),
            "101 points demanded, there are 100");
}

TEST(SamplePoints, TakesAllAlike) {
  const Points points = grid(10);
  std::vector<int> hits(10);
  constexpr int kTrials = 4000;
  for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
    const Points sample = sample_points(points, 3, seed);
    for (std::size_t n = 0; n < 3; ++n) {
      ++hits[static_cast<std::size_t>(sample(n, 0))];
    }
  }
  // 1200 each, deviation √(4000·0.3·0.7) = 29: five of them allowed.
  for (const int hit : hits) EXPECT_NEAR(hit, 1200, 145);
}

TEST(CentreAndScale, PutsTheMeanAtZero) {
  for (const PointScale scale :
       {PointScale::unit_sphere, PointScale::unit_cube}) {
    const Points scaled = centre_and_scale(grid(50), scale);
    double sums[3] = {}, farthest = 0, largest = 0;
    for (std::size_t n = 0; n < 50; ++n) {
      double square = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        sums[i] += scaled(n, i);
        square += std::pow(scaled(n, i), 2);
        largest = std::max<double>(largest, std::abs(scaled(n, i)));
      }
      farthest = std::max(farthest, std::sqrt(square));
    }
    for (const double sum : sums) EXPECT_NEAR(sum, 0, 1e-5);
    EXPECT_NEAR(scale == PointScale::unit_sphere ? farthest : largest, 1, 1e-6);
  }
}

TEST(CentreAndScale, ScalesAlikeInAllDirections) {
  EXPECT_EQ(centre_and_scale({{1, 1, 1}, {3, 1, 2}}, PointScale::unit_cube),
            (Points{{-1, 0, -0.5F}, {1, 0, 0.5F}}));
  EXPECT_EQ(centre_and_scale({{1, 1, 1}, {2, 1, 3}}, PointScale::unit_cube),
            (Points{{-0.5F, 0, -1}, {0.5F, 0, 1}}));
  EXPECT_EQ(centre_and_scale({{1, 1, 1}, {1, 9, 7}}, PointScale::unit_sphere),
            (Points{{0, -0.8F, -0.6F}, {0, 0.8F, 0.6F}}));
  EXPECT_EQ(error_of([] {
              centre_and_scale({{0.1F, 2, 3}, {0.1F, 2, 3}, {0.1F, 2, 3}},
                               PointScale::unit_cube);
            }),
            "the 3 points are all the same: nothing to scale");
}

}  // namespace
}  // namespace suite
