#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

constexpr std::size_t kBins = 24;

double distance(const float* a, const float* b) {
  double square = 0;
  for (std::size_t i = 0; i < 3; ++i) square += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(square);
}

// How often points are how far from each other, and from their mean: the same
// however the cloud is turned.
std::vector<double> distances(const Examples& examples, std::size_t e) {
  const std::size_t points = examples.input.shape(1);
  std::vector<double> bins(2 * kBins);
  const float middle[3] = {};
  for (std::size_t i = 0; i < points; ++i) {
    const float* a = &examples.input(e, i, 0);
    bins[kBins + std::min<std::size_t>(
                     kBins - 1, distance(a, middle) * kBins)] += 1.0 / points;
    for (std::size_t j = 0; j < i; ++j) {
      bins[std::min<std::size_t>(
          kBins - 1, distance(a, &examples.input(e, j, 0)) / 2 * kBins)] +=
          2.0 / points / points;
    }
  }
  return bins;
}

TEST(Points, AreATask) {
  for (const char* text :
       {"points", "points(points=2)", "points(points=300, noise=0)"}) {
    const auto task = make_task(text);
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
  }
  const auto task = make_task("points");
  EXPECT_EQ(shared_by_splits(*task, 300), 0u);
  EXPECT_EQ(task->facts().inputs, 128u);
  EXPECT_EQ(task->facts().channels, 3u);
  EXPECT_EQ(task->facts().coordinates, 3u);
  EXPECT_TRUE(task->facts().grid.empty());
  EXPECT_EQ(fingerprint(*task), 15401220209871453391u);
}

TEST(Points, AreFittedIntoABall) {
  const auto task = make_task("points(points=64)");
  const Examples examples = first_examples(*task, Split::train, 400);
  const float middle[3] = {};
  for (std::size_t e = 0; e < 400; ++e) {
    double mean[3] = {}, farthest = 0;
    for (std::size_t n = 0; n < 64; ++n) {
      const float* point = &examples.input(e, n, 0);
      farthest = std::max(farthest, distance(point, middle));
      for (std::size_t i = 0; i < 3; ++i) mean[i] += point[i] / 64;
    }
    EXPECT_NEAR(farthest, 1, 1e-6);
    for (const double each : mean) EXPECT_NEAR(each, 0, 1e-6);
  }
}

// A torus that is not turned is flat: a twelfth of its squares are those of z.
TEST(Points, AreTurned) {
  const auto task = make_task("points(points=64)");
  const Examples examples = first_examples(*task, Split::train, 800);
  double squares[3] = {}, all = 0;
  for (std::size_t e = 0; e < 800; ++e) {
    if (task->facts().classes[static_cast<std::size_t>(examples.labels[e])] !=
        "torus") {
      continue;
    }
    for (std::size_t n = 0; n < 64; ++n) {
      for (std::size_t i = 0; i < 3; ++i) {
        const double square = std::pow(examples.input(e, n, i), 2);
        squares[i] += square;
        all += square;
      }
    }
  }
  for (const double each : squares) EXPECT_NEAR(each / all, 1.0 / 3, 0.08);
}

// A classifier that knows nothing of solids, the nearest mean of distances, is
// right five times as often as chance, 1/8; some are alike.
TEST(Points, AreToldApartByTheirDistances) {
  const auto task = make_task("points(points=100)");
  const std::size_t classes = task->facts().classes.size();
  std::vector<std::vector<double>> means(classes,
                                         std::vector<double>(2 * kBins));
  std::vector<double> counts(classes);
  const Examples train = first_examples(*task, Split::train, 800);
  for (std::size_t e = 0; e < 800; ++e) {
    const auto label = static_cast<std::size_t>(train.labels[e]);
    const std::vector<double> bins = distances(train, e);
    for (std::size_t i = 0; i < bins.size(); ++i) means[label][i] += bins[i];
    ++counts[label];
  }
  const Examples test = first_examples(*task, Split::test, 400);
  double right = 0;
  for (std::size_t e = 0; e < 400; ++e) {
    const std::vector<double> bins = distances(test, e);
    std::vector<double> far(classes);
    for (std::size_t c = 0; c < classes; ++c) {
      EXPECT_NEAR(counts[c], 100, 50);
      for (std::size_t i = 0; i < bins.size(); ++i) {
        far[c] += std::pow(bins[i] - means[c][i] / counts[c], 2);
      }
    }
    right += std::min_element(far.begin(), far.end()) - far.begin() ==
             test.labels[e];
  }
  EXPECT_GT(right / 400, 0.5);
  EXPECT_LT(right / 400, 0.99);
}

TEST(Points, NoiseMovesThem) {
  const auto spread = [](const char* text) {
    const auto task = make_task(text);
    const Examples examples = first_examples(*task, Split::train, 50);
    const float middle[3] = {};
    double least = 1;
    for (std::size_t e = 0; e < 50; ++e) {
      if (task->facts().classes[static_cast<std::size_t>(examples.labels[e])] !=
          "sphere") {
        continue;
      }
      for (std::size_t n = 0; n < examples.input.shape(1); ++n) {
        least = std::min(least, distance(&examples.input(e, n, 0), middle));
      }
    }
    return least;
  };
  // The mean of 5,000 points is nearly the middle of their sphere.
  EXPECT_GT(spread("points(points=5000, noise=0)"), 0.95);
  EXPECT_LT(spread("points(points=5000, noise=0.1)"), 0.7);
}

TEST(Points, OptionsThatDoNotFit) {
  const auto refused = [](const char* text, const char* part) {
    expect_refused([&] { make_task(text); }, {part});
  };
  refused("points(points=1)", "points: points = 1: allowed are 2 to 1048576");
  refused("points(noise=1)", "points: noise = 1: allowed are numbers from 0");
  refused("points(noise=-1)", "noise = -1");
}

}  // namespace
}  // namespace suite
