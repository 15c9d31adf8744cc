#include "training/pieces.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "primitives/threads.h"
#include "training/testing.h"

namespace suite {
namespace {

constexpr std::size_t kMost = Pieces::kMost;

TEST(Pieces, CoverEachValueOnceAndNoTwoTensors) {
  const std::vector<std::size_t> sizes = {3,         0, 2 * kMost + 1, 1, 5,
                                          kMost - 1, 7, kMost,         2};
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    const Pieces pieces(sizes);
    std::vector<std::vector<int>> seen;
    for (const std::size_t size : sizes) seen.emplace_back(size);
    std::mutex mutex;
    std::set<std::size_t> indices;
    pieces.for_each([&](std::size_t i, const Piece& piece) {
      const std::lock_guard lock(mutex);
      indices.insert(i);
      EXPECT_LE(piece.count, kMost);
      for (std::size_t v = 0; v < piece.count; ++v) {
        ++seen.at(piece.tensor).at(piece.first + v);
      }
    });
    EXPECT_EQ(indices.size(), pieces.size());
    EXPECT_EQ(*indices.rbegin(), pieces.size() - 1);
    for (const auto& tensor : seen) {
      EXPECT_EQ(std::count(tensor.begin(), tensor.end(), 1),
                static_cast<std::ptrdiff_t>(tensor.size()));
    }
  }
  set_threads(before);
}

TEST(Pieces, MergeTheSumsOfTheirTensors) {
  const std::vector<std::size_t> sizes = {3, 2 * kMost + 1, 0, 5};
  const Pieces pieces(sizes);
  ASSERT_EQ(pieces.size(), 5u);
  std::vector<double> sums(4, 99);
  pieces.merge(std::vector<double>{1, 2, 4, 8, 16}, sums);
  EXPECT_EQ(sums, (std::vector<double>{1, 14, 0, 16}));
}

TEST(Pieces, OfNothingAreNone) {
  const Pieces pieces(std::vector<std::size_t>{});
  pieces.for_each([](std::size_t, const Piece&) { FAIL(); });
  EXPECT_EQ(pieces.size(), 0u);
}

TEST(ParametersOf, AreThoseOfTheVisit) {
  NamedTensors<float> model({{"a", {2, 3}}, {"b", {4}}});
  const auto parameters = parameters_of<float>(model);
  ASSERT_EQ(parameters.size(), 2u);
  EXPECT_EQ(parameters[0].name, "a");
  EXPECT_EQ(parameters[0].values.size(), 6u);
  parameters[1].values[3] = 7;
  EXPECT_EQ(model["b"][3], 7);
}

}  // namespace
}  // namespace suite
