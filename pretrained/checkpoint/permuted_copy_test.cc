#include "pretrained/checkpoint/permuted_copy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/formats/testing.h"

namespace suite {
namespace {

using Shape = std::vector<std::size_t>;

std::size_t size_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1},
                         std::multiplies<>());
}

// By the definition, index by index.
std::vector<double> permuted(const Shape& shape, const Shape& axes,
                             const std::vector<double>& from) {
  std::vector<double> to(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    Shape index(shape.size());
    std::size_t rest = i;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    std::size_t place = 0;
    for (const std::size_t axis : axes)
      place = place * shape[axis] + index[axis];
    to[place] = from[i];
  }
  return to;
}

// All at once, and in parts of `at_once` slices.
void expect_permuted(const Shape& shape, const Shape& axes) {
  std::vector<double> from(size_of(shape));
  std::iota(from.begin(), from.end(), 1.0);
  const std::vector<double> expected = permuted(shape, axes, from);
  const std::size_t slice = size_of(shape) / shape[0];
  for (const std::size_t at_once : {std::size_t{1}, std::size_t{3}, shape[0]}) {
    std::vector<double> to(from.size());
    for (std::size_t first = 0; first < shape[0]; first += at_once) {
      const std::size_t slices = std::min(at_once, shape[0] - first);
      permuted_copy<double>(
          shape, axes, first,
          std::span(from).subspan(first * slice, slices * slice), to);
    }
    EXPECT_EQ(to, expected);
  }
}

TEST(PermutedCopy, TransposesMatricesOfAllShapes) {
  for (const std::size_t rows : {1, 2, 15, 16, 17, 49}) {
    for (const std::size_t cols : {1, 2, 15, 16, 17, 33}) {
      expect_permuted({rows, cols}, {1, 0});
      expect_permuted({rows, cols}, {0, 1});
    }
  }
}

TEST(PermutedCopy, TakesEveryOrderOfAxes) {
  for (const Shape& shape : {Shape{5, 3, 2, 4}, Shape{1, 7, 1, 3},
                             Shape{20, 3, 1, 1}, Shape{2, 1, 18, 17}}) {
    Shape axes = {0, 1, 2, 3};
    do {
      expect_permuted(shape, axes);
    } while (std::next_permutation(axes.begin(), axes.end()));
  }
  expect_permuted({7}, {0});
  expect_permuted({2, 3, 2, 3, 2}, {4, 2, 0, 3, 1});
}

TEST(PermutedCopy, MisuseIsRefused) {
  std::vector<float> from(6), to(6);
  const auto copy = [&](const Shape& shape, const Shape& axes,
                        std::size_t first, std::size_t count) {
    permuted_copy<float>(shape, axes, first, std::span(from).first(count), to);
  };
  EXPECT_NO_THROW(copy({2, 3}, {1, 0}, 0, 6));
  EXPECT_NO_THROW(copy({2, 3}, {1, 0}, 2, 0));
  const std::string each_once = "allowed is each of 0 to 1 once";
  expect_refused([&] { copy({2, 3}, {1}, 0, 6); }, {each_once});
  expect_refused([&] { copy({2, 3}, {1, 1}, 0, 6); }, {each_once});
  expect_refused([&] { copy({2, 3}, {1, 2}, 0, 6); }, {each_once});
  expect_refused([&] { copy({2, 2}, {1, 0}, 0, 4); }, {"into 6 values"});
  expect_refused([&] { copy({2, 3}, {1, 0}, 1, 6); }, {"2 slices of 3 exist"});
  expect_refused([&] { copy({2, 3}, {1, 0}, 0, 4); }, {"2 slices of 3 exist"});
}

}  // namespace
}  // namespace suite
