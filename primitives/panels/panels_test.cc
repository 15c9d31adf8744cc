#include "primitives/panels/panels.h"

#include <gtest/gtest.h>

#include <vector>

#include "primitives/panels/caches.h"
#include "primitives/testing.h"

namespace suite {
namespace {

template <class T>
class PanelsTest : public testing::Test {};
TYPED_TEST_SUITE(PanelsTest, Scalars, ScalarNames);

TYPED_TEST(PanelsTest, CoverEveryColumnOnceAndEvenly) {
  using T = TypeParam;
  for (std::size_t columns = 1; columns < 12 * kPanelWidth<T>; ++columns) {
    std::size_t next = 0, count = 0, least = 3, most = 0;
    for_each_panel<T>(columns, [&](std::size_t first, auto vectors) {
      EXPECT_EQ(first, next);
      next += vectors() * kLanes<T>;
      least = std::min<std::size_t>(least, vectors());
      most = std::max<std::size_t>(most, vectors());
      ++count;
    });
    EXPECT_EQ(next, padded<T>(columns));
    EXPECT_EQ(count, panel_count<T>(columns));
    EXPECT_LE(most - least, 1u) << columns;
    EXPECT_LE(most, kPanelVectors);
  }
}

TYPED_TEST(PanelsTest, HoldColumnsSideBySide) {
  using T = TypeParam;
  for (const std::size_t columns : kOddExtents) {
    const auto from = normal_tensor<T, 2>({13, columns + 2}, 1);
    const auto view = matrix(from).columns(1, columns);
    for_each_panel<T>(columns, [&](std::size_t first, auto vectors) {
      constexpr std::size_t kWidth = vectors() * kLanes<T>;
      std::vector<T> panel(13 * kWidth, T(7));
      pack_columns(view, first, kWidth, panel.data());
      for (std::size_t k = 0; k < 13; ++k) {
        for (std::size_t i = 0; i < kWidth; ++i) {
          EXPECT_EQ(panel[k * kWidth + i],
                    first + i < columns ? view.row(k)[first + i] : T(0));
        }
      }
    });
  }
}

TYPED_TEST(PanelsTest, HoldRowsTransposedAndGiveThemBack) {
  using T = TypeParam;
  for (const std::size_t count : {std::size_t{1}, kLanes<T> - 1, kLanes<T>,
                                  kLanes<T> + 1, kPanelWidth<T>}) {
    for (const std::size_t channels : kOddExtents) {
      const auto from = normal_tensor<T, 2>({count, channels + 3}, 1);
      const auto view = matrix(from).columns(2, channels);
      const std::size_t width = padded<T>(count);
      std::vector<T> panel(channels * width, T(7));
      pack_rows(view, T(0.5), width, panel.data());
      for (std::size_t c = 0; c < channels; ++c) {
        for (std::size_t i = 0; i < width; ++i) {
          ASSERT_EQ(panel[c * width + i],
                    i < count ? T(0.5) * view.row(i)[c] : T(0));
        }
      }
      std::vector<T> factors(width, T(2));
      auto back = normal_tensor<T, 2>({count, channels + 3}, 2);
      const auto before = back;
      unpack_rows<T>(panel.data(), width, factors.data(),
                     matrix(back).columns(2, channels));
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < channels + 3; ++c) {
          const bool within = c >= 2 && c < channels + 2;
          ASSERT_EQ(back(i, c), within ? from(i, c) : before(i, c));
        }
      }
    }
  }
}

TYPED_TEST(PanelsTest, DepthTilesFitTheFirstCache) {
  using T = TypeParam;
  const std::size_t depth = depth_tile<T>();
  EXPECT_EQ(depth % 8, 0u);
  EXPECT_GE(depth, 8u);
  EXPECT_LE(depth, kMostDepth);
  EXPECT_LE(depth * kPanelWidth<T> * sizeof(T),
            std::max<std::size_t>(first_level_cache_bytes(),
                                  8 * kPanelWidth<T> * sizeof(T)));
}

TEST(EvenPart, DividesIntoLikeParts) {
  for (std::size_t extent = 1; extent < 2000; ++extent) {
    for (const std::size_t most : {8u, 96u, 192u}) {
      const std::size_t part = even_part(extent, most);
      EXPECT_LE(part, most);
      EXPECT_EQ(part % 8, 0u);
      // No more parts than needed.
      EXPECT_EQ((extent + part - 1) / part, (extent + most - 1) / most);
    }
  }
}

}  // namespace
}  // namespace suite
