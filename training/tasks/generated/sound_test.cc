#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

// The share of inner samples for which `holds`, given those at both sides.
template <class Holds>
double share(const std::vector<float>& x, const Holds& holds) {
  double count = 0;
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    count += holds(x[i - 1], x[i], x[i + 1]);
  }
  return count / static_cast<double>(x.size() - 2);
}

double largest(const float* x, std::size_t count) {
  double most = 0;
  for (std::size_t i = 0; i < count; ++i) {
    most = std::max(most, std::abs(double{x[i]}));
  }
  return most;
}

// The form of a wave without noise, by what a reader would look for.
std::string form_of(const std::vector<float>& x) {
  const std::set<float> values(x.begin(), x.end());
  if (values.size() == 2) {
    return *values.rbegin() < -2 * *values.begin() ? "square" : "pulse";
  }
  const auto straight = share(x, [](double a, double b, double c) {
    return std::abs(a - 2 * b + c) < 1e-4;
  });
  if (straight > 0.45) {
    const double up =
        share(x, [](double a, double b, double) { return b > a; });
    return up > 0.8 ? "sawtooth" : "triangle";
  }
  // a + c = 2·cos(step)·b of a sine; by least squares.
  double product = 0, square = 0, beside = 0;
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    product += x[i] * (double{x[i - 1]} + x[i + 1]);
    square += double{x[i]} * x[i];
    beside += double{x[i]} * x[i + 1];
  }
  const double cosine = product / square;
  if (share(x, [&](double a, double b, double c) {
        return std::abs(a + c - cosine * b) < 1e-4;
      }) == 1) {
    return "sine";
  }
  if (beside / square < 0.2) return "noise";
  double least = 10;
  for (std::size_t i = 0; i + 64 <= x.size(); ++i) {
    least = std::min(least, largest(x.data() + i, 64));
  }
  return least < 0.7 * largest(x.data(), x.size()) ? "tremolo" : "chirp";
}

double mean_square(const std::vector<float>& x) {
  double sum = 0;
  for (const float each : x) sum += double{each} * each;
  return sum / static_cast<double>(x.size());
}

TEST(Sound, IsATask) {
  for (const char* text : {"sound", "sound(samples=64, patch=64)",
                           "sound(samples=96, patch=1, noise=0.5)"}) {
    const auto task = make_task(text);
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
  }
  const auto task = make_task("sound");
  EXPECT_EQ(shared_by_splits(*task, 300), 0u);
  EXPECT_EQ(task->facts().inputs, 64u);
  EXPECT_EQ(task->facts().channels, 16u);
  EXPECT_EQ(task->facts().grid, std::vector<std::size_t>{64});
  EXPECT_EQ(task->facts().coordinates, 0u);
  EXPECT_EQ(fingerprint(*task), 1628392382353571374u);
}

TEST(Sound, HasTheFormOfItsLabelAndItsLoudnessTellsNothing) {
  const auto task = make_task("sound(noise=0)");
  const std::vector<std::string>& classes = task->facts().classes;
  std::map<std::string, std::vector<double>> loudness;
  for (const Split split : kSplits) {
    const Examples examples = first_examples(*task, split, 500);
    for (std::size_t e = 0; e < 500; ++e) {
      const std::vector<float> x = values_of(examples, e);
      const std::string& form =
          classes[static_cast<std::size_t>(examples.labels[e])];
      EXPECT_EQ(form_of(x), form) << e;
      loudness[form].push_back(std::sqrt(mean_square(x)));
    }
  }
  EXPECT_EQ(loudness.size(), classes.size());
  for (const auto& [form, of_form] : loudness) {
    EXPECT_NEAR(static_cast<double>(of_form.size()), 187.5, 65);
    double mean = 0;
    for (const double each : of_form) {
      mean += each / static_cast<double>(of_form.size());
      EXPECT_GT(each, 0.2) << form;
      EXPECT_LT(each, 1.15) << form;
    }
    EXPECT_NEAR(mean, 0.625, 0.08) << form;
  }
}

// Patches are samples in a row, whatever their length.
TEST(Sound, PatchesDoNotChangeIt) {
  const auto values = [](const char* text) {
    return values_of(first_examples(*make_task(text), Split::test, 5), 4);
  };
  EXPECT_EQ(values("sound(patch=1)"), values("sound(patch=256)"));
}

TEST(Sound, NoiseIsAddedToAll) {
  const auto task = make_task("sound(samples=4096, noise=2)");
  const Examples examples = first_examples(*task, Split::train, 100);
  double mean = 0;
  for (std::size_t e = 0; e < 100; ++e) {
    mean += mean_square(values_of(examples, e)) / 100;
  }
  // 4, and the mean of loudness² from ¼ to 1.
  EXPECT_NEAR(mean, 4 + 0.4375, 0.12);
}

TEST(Sound, OptionsThatDoNotFit) {
  const auto refused = [](const char* text, const char* part) {
    expect_refused([&] { make_task(text); }, {part});
  };
  refused("sound(samples=63)", "sound: samples = 63: allowed are 64 to");
  refused("sound(patch=15)", "sound: patch = 15: must divide samples = 1024");
  refused("sound(patch=0)", "sound: patch = 0: allowed are 1 to 1024");
  refused("sound(noise=10)", "sound: noise = 10: allowed are numbers from 0");
}

}  // namespace
}  // namespace suite
