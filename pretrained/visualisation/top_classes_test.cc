#include "pretrained/visualisation/top_classes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

std::vector<ClassShare> top(const std::vector<float>& logits,
                            std::size_t count) {
  return top_classes(std::span<const float>(logits), count);
}

TEST(TopClasses, AreTheLargestBySoftmax) {
  const auto classes = top({0, std::log(2.0F), 1000.5F - 1000.5F, -3}, 3);
  ASSERT_EQ(classes.size(), 3u);
  const double sum = 4 + std::exp(-3.0);
  EXPECT_EQ(classes[0].index, 1u);
  EXPECT_NEAR(classes[0].probability, 2 / sum, 1e-7);
  EXPECT_EQ(classes[1].index, 0u);  // of equals the lower
  EXPECT_EQ(classes[2].index, 2u);
  EXPECT_NEAR(classes[2].probability, 1 / sum, 1e-7);
}

TEST(TopClasses, StandLogitsOfAnySize) {
  const auto classes = top({5000, 4999, -5000}, 9);
  ASSERT_EQ(classes.size(), 3u);
  EXPECT_NEAR(classes[0].probability, 1 / (1 + std::exp(-1.0)), 1e-12);
  EXPECT_EQ(classes[2].probability, 0);
  EXPECT_TRUE(top({}, 5).empty());
  EXPECT_EQ(error_of([] {
              top({0, std::numeric_limits<float>::infinity()}, 1);
            }),
            "logit 1 is inf");
}

TEST(TopClasses, AreWrittenALineEach) {
  const std::vector<ClassShare> classes = {{1, 0.875}, {0, 0.12345}};
  EXPECT_EQ(top_classes_text(classes, {}),
            " 87.50 %      1\n 12.35 %      0\n");
  EXPECT_EQ(top_classes_text(classes, {"ca\x1bt", "dog"}),
            " 87.50 %      1  dog\n 12.35 %      0  ca\\x1bt\n");
  EXPECT_EQ(error_of([&] { top_classes_text(classes, {"cat"}); }),
            "class 1 has no name: there are 1 names");
}

}  // namespace
}  // namespace suite
