// A tile of keys past panels of queries, in the cases that whole calls meet
// rarely.
#include "primitives/attention/absorb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "primitives/testing.h"

namespace suite {
namespace {

using naive::Matrix;

constexpr std::size_t kQk = 5, kV = 11;

template <class T>
class AbsorbTest : public testing::Test {
 protected:
  // Queries read keys and values, a tile after the other.
  static Tensor<T, 2> means(const Tensor<T, 2>& queries,
                            const Tensor<T, 2>& keys,
                            const Tensor<T, 2>& values, std::size_t tile) {
    const std::size_t count = queries.shape(0);
    std::vector<T> panels(padded<T>(count) * kQk);
    std::vector<T> values_seen(AttentionState<T>::size(count, kV));
    std::vector<T> weights(tile * kPanelWidth<T>);
    const AttentionState<T> state(values_seen.data(), count, kV);
    pack_queries(matrix(queries), kQk, panels.data());
    state.clear();
    AttentionSteps steps;
    TickClock clock;
    for (std::size_t n = 0; n < keys.shape(0); n += tile) {
      absorb<T>({&keys(n, 0), &values(n, 0),
                 std::min(tile, keys.shape(0) - n), kQk, kV},
                panels.data(), state, weights.data(), steps, clock);
    }
    EXPECT_EQ(steps.pairs, count * keys.shape(0));
    Tensor<T, 2> output;
    output.resize({count, kV});
    for (std::size_t p = 0; p < state.panels(); ++p) {
      state.finish(p, matrix(output));
    }
    return output;
  }

  static Matrix expected(const Tensor<T, 2>& queries, const Tensor<T, 2>& keys,
                         const Tensor<T, 2>& values) {
    return naive::attention(Matrix(matrix(queries)), Matrix(matrix(keys)),
                            Matrix(matrix(values)), 1, nullptr);
  }
};
TYPED_TEST_SUITE(AbsorbTest, Scalars, ScalarNames);

TYPED_TEST(AbsorbTest, ReadsAnyNumberOfKeysByAnyNumberOfQueries) {
  using T = TypeParam;
  for (const std::size_t count : kOddExtents) {
    const auto queries = normal_tensor<T, 2>({count, kQk}, 1);
    for (const std::size_t tile : {1, 7, 8, 64}) {
      const auto keys = normal_tensor<T, 2>({65, kQk}, 2);
      const auto values = normal_tensor<T, 2>({65, kV}, 3);
      EXPECT_LE(max_difference(this->expected(queries, keys, values),
                               matrix(this->means(queries, keys, values, tile))),
                64 * kEpsilon<T>)
          << count << " queries, tiles of " << tile;
    }
  }
}

// A key far above all that the reference comes from: its tile is done again.
TYPED_TEST(AbsorbTest, RaisesItsReferenceWhenItMust) {
  using T = TypeParam;
  for (const std::size_t at : {3, 12, 40, 64}) {
    for (const T height : {T(5), T(30), T(300)}) {
      auto queries = normal_tensor<T, 2>({17, kQk}, 1);
      for (T& q : queries) q = 1;
      auto keys = normal_tensor<T, 2>({65, kQk}, 2);
      const auto values = normal_tensor<T, 2>({65, kV}, 3);
      for (std::size_t i = 0; i < kQk; ++i) keys(at, i) = height;
      EXPECT_LE(max_difference(this->expected(queries, keys, values),
                               matrix(this->means(queries, keys, values, 16))),
                64 * kEpsilon<T> * height)
          << "key " << at << ", " << height;
    }
  }
}

// One whose tile is done again, say.
TYPED_TEST(AbsorbTest, AQueryHasTheSameBitsWhateverIsBesideIt) {
  using T = TypeParam;
  auto queries = normal_tensor<T, 2>({70, kQk}, 1);
  for (std::size_t m = 0; m < 70; m += 3) {
    for (std::size_t i = 0; i < kQk; ++i) queries(m, i) *= T(m);
  }
  auto keys = normal_tensor<T, 2>({65, kQk}, 2);
  for (std::size_t i = 0; i < kQk; ++i) keys(40, i) *= 20;
  const auto values = normal_tensor<T, 2>({65, kV}, 3);
  const auto all = this->means(queries, keys, values, 16);
  for (const std::size_t first : {0, 1, 5, 33, 69}) {
    for (const std::size_t count : {1, 2, 19, 37}) {
      if (first + count > 70) continue;
      Tensor<T, 2> some;
      some.resize({count, kQk});
      std::copy_n(&queries(first, 0), count * kQk, some.data());
      const auto own = this->means(some, keys, values, 16);
      EXPECT_TRUE(std::equal(own.begin(), own.end(), &all(first, 0)))
          << count << " from " << first;
    }
  }
}

// Only the query that meets a NaN loses its answer.
TYPED_TEST(AbsorbTest, ANanStaysWithItsQuery) {
  using T = TypeParam;
  auto queries = normal_tensor<T, 2>({20, kQk}, 1);
  queries(3, 1) = std::numeric_limits<T>::quiet_NaN();
  const auto keys = normal_tensor<T, 2>({65, kQk}, 2);
  const auto values = normal_tensor<T, 2>({65, kV}, 3);
  const auto output = this->means(queries, keys, values, 16);
  for (std::size_t m = 0; m < 20; ++m) {
    for (std::size_t i = 0; i < kV; ++i) {
      EXPECT_EQ(std::isnan(output(m, i)), m == 3) << m;
    }
  }
}

TYPED_TEST(AbsorbTest, FindsTheRowsThatAreShown) {
  using T = TypeParam;
  const auto rows = normal_tensor<T, 2>({7, 9}, 1);
  const std::uint8_t shown[] = {0, 1, 1, 0, 1, 0, 0};
  std::vector<T> to(7 * 4, T(-1));
  const auto view = matrix(rows).columns(2, 4);
  EXPECT_EQ(shown_rows(view, shown, to.data()).count, 3u);
  std::size_t at = 0;
  for (const std::size_t r : {1, 2, 4}) {
    for (std::size_t c = 2; c < 6; ++c) EXPECT_EQ(to[at++], rows(r, c));
  }
  for (; at < to.size(); ++at) EXPECT_EQ(to[at], T(-1));
  EXPECT_EQ(shown_rows(view, nullptr, to.data()).count, 7u);
  EXPECT_EQ(shown_rows(view, nullptr, to.data()).rows, to.data());
  // What has no gap and hides nothing is read where it stands.
  EXPECT_EQ(shown_rows(matrix(rows), nullptr, to.data()).rows, rows.data());
}

}  // namespace
}  // namespace suite
