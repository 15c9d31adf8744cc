#include "primitives/efficient_attention/kernel/kernel_attention.h"

#include <algorithm>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

struct Extents {
  std::size_t batch, rows, heads, channels, v_channels;
};

// Several tiles and ranges of everything, and one of everything.
constexpr Extents kExtents[] = {{1, 1, 1, 1, 1},    {2, 17, 3, 5, 2},
                                {1, 49, 2, 16, 33}, {1, 389, 2, 33, 15},
                                {2, 129, 1, 40, 48}, {1, 2100, 1, 7, 3}};

// Attention with φ = elu + 1, or, where there are directions, with positive
// features along them.
template <class T>
struct Case {
  Extents e;
  bool causal;
  Tensor<T, 3> queries, keys, values;
  Tensor<T, 2> directions;
  Mask mask;

  Case(const Extents& extents, bool c, std::size_t count)
      : e(extents), causal(c) {
    const std::size_t width = e.heads * e.channels;
    queries = normal_tensor<T, 3>({e.batch, e.rows, width}, 1);
    keys = normal_tensor<T, 3>({e.batch, e.rows, width}, 2);
    values = normal_tensor<T, 3>({e.batch, e.rows, e.heads * e.v_channels}, 3);
    directions = normal_tensor<T, 2>({count, e.channels}, 4);
  }

  Tensor<T, 3> answer(Ledger::Mode mode = Ledger::Mode::compute,
                      Cost* counted = nullptr) const {
    const EluPlusOne<T> elu(e.channels);
    const PositiveFeatures<T> positive(directions);
    const bool random = directions.shape(0) > 0;
    const KernelShape shape{
        e.batch, e.rows, e.heads, random ? directions.shape(0) : e.channels,
        e.v_channels, causal};
    Tensor<T, 3> output;
    Ledger ledger(mode);
    KernelAttention<T>().forward(
        shape, random ? static_cast<const FeatureMap<T>&>(positive) : elu,
        {queries, keys, values, mask}, output, ledger);
    if (counted != nullptr) *counted = ledger.counted();
    return output;
  }

  // The features of a head's row.
  std::vector<double> phi(const T* x) const {
    std::vector<double> features;
    for (std::size_t c = 0; c < e.channels && directions.size() == 0; ++c) {
      features.push_back(x[c] > 0 ? x[c] + 1.0 : std::exp(double{x[c]}));
    }
    for (std::size_t f = 0; f < directions.shape(0); ++f) {
      double exponent = 0;
      for (std::size_t c = 0; c < e.channels; ++c) {
        const double value = x[c] / std::pow(double(e.channels), 0.25);
        exponent += directions(f, c) * value - value * value / 2;
      }
      features.push_back(std::exp(exponent));
    }
    return features;
  }

  double error(const Tensor<T, 3>& output) const {
    double worst = 0;
    for (std::size_t unit = 0; unit < e.batch * e.heads; ++unit) {
      const std::size_t b = unit / e.heads, h = unit % e.heads;
      std::vector<std::vector<double>> of_keys;
      for (std::size_t n = 0; n < e.rows; ++n) {
        of_keys.push_back(phi(&keys(b, n, h * e.channels)));
      }
      for (std::size_t row = 0; row < e.rows; ++row) {
        const std::vector<double> query =
            phi(&queries(b, row, h * e.channels));
        std::vector<double> sums(e.v_channels);
        double total = 0;
        for (std::size_t n = 0; n < (causal ? row + 1 : e.rows); ++n) {
          if (mask.size() > 0 && mask(b, n) == 0) continue;
          double weight = 0;
          for (std::size_t f = 0; f < query.size(); ++f) {
            weight += query[f] * of_keys[n][f];
          }
          total += weight;
          for (std::size_t c = 0; c < e.v_channels; ++c) {
            sums[c] += weight * values(b, n, h * e.v_channels + c);
          }
        }
        for (std::size_t c = 0; c < e.v_channels; ++c) {
          const double off = std::abs((total > 0 ? sums[c] / total : 0) -
                                      output(b, row, h * e.v_channels + c));
          if (!(off <= worst)) worst = off;
        }
      }
    }
    return worst;
  }
};

template <class T>
class KernelAttentionTest : public testing::Test {
 protected:
  KernelAttentionTest() : threads_(threads()) {}
  ~KernelAttentionTest() override { set_threads(threads_); }

 private:
  int threads_;
};
TYPED_TEST_SUITE(KernelAttentionTest, Scalars, ScalarNames);

TYPED_TEST(KernelAttentionTest, AgreesWithItsDefinition) {
  for (const bool causal : {false, true}) {
    for (const Extents& e : kExtents) {
      for (const std::size_t directions : {0, 21, 50}) {
        for (const bool masked : {false, true}) {
          Case<TypeParam> c(e, causal, directions);
          if (masked) c.mask.resize({e.batch, e.rows});
          for (std::size_t i = 0; i < c.mask.size(); ++i) {
            c.mask.data()[i] = i % 3 != 0;
            // What is hidden must not be read, not even times 0.
            if (c.mask.data()[i] != 0) continue;
            const std::size_t width = e.heads * e.channels;
            std::fill_n(&c.keys.data()[i * width], width,
                        std::numeric_limits<TypeParam>::quiet_NaN());
          }
          EXPECT_LE(c.error(c.answer()),
                    4 * rounding<TypeParam>(e.rows + e.channels + directions))
              << e.rows << " rows, " << directions << " directions"
              << (causal ? ", causal" : "") << (masked ? ", masked" : "");
        }
      }
    }
  }
}

// Exponents go from 90 to 130, or come in the other order: beyond what a float
// holds, and hidden ones of 290 beside them. Few features differ much, so that
// none of the sums vanishes.
TYPED_TEST(KernelAttentionTest, LargeExponentsDoNotOverflow) {
  using T = TypeParam;
  constexpr std::size_t kRows = 2500, kChannels = 4;
  for (const bool causal : {false, true}) {
    for (const bool falling : {false, true}) {
      Case<T> c({1, kRows, 1, kChannels, 3}, causal, 33);
      for (T& value : c.directions) value = 12 + value / 2;
      c.mask.resize({1, kRows});
      for (std::size_t n = 0; n < kRows; ++n) {
        c.mask(0, n) = n % 7 != 3;
        const double size =
            3 + 1.2 * static_cast<double>(falling ? kRows - n : n) / kRows;
        for (std::size_t i = 0; i < kChannels; ++i) {
          T& value = c.keys(0, n, i);
          value = c.mask(0, n) == 0 ? T(17) : value / 10 + static_cast<T>(size);
        }
      }
      EXPECT_LE(c.error(c.answer()), 64 * rounding<T>(kRows))
          << (causal ? "causal " : "") << (falling ? "falling" : "growing");
    }
  }
}

TYPED_TEST(KernelAttentionTest, TheNumberOfThreadsChangesNoBit) {
  for (const bool causal : {false, true}) {
    for (const std::size_t directions : {0, 21}) {
      const Case<TypeParam> c({1, 2100, 3, 9, 5}, causal, directions);
      set_threads(1);
      const auto one = c.answer();
      for (const int count : {2, 3, 5}) {
        set_threads(count);
        EXPECT_TRUE(same_bits(c.answer(), one)) << count;
      }
    }
  }
}

TYPED_TEST(KernelAttentionTest, CountsWhatItSays) {
  for (const auto mode : {Ledger::Mode::compute, Ledger::Mode::count_only}) {
    Cost cost;
    Case<TypeParam>({2, 150, 3, 4, 6}, true, 5).answer(mode, &cost);
    constexpr std::size_t kPairs = 128 * 128 + 22 * 22;
    EXPECT_EQ(cost[Part::softmax].macs, 2 * 6 * 150 * 5 * 4);
    EXPECT_EQ(cost[Part::scores].macs, 6 * 5 * (150 * 7 + kPairs));
    EXPECT_EQ(cost[Part::weighted_sum].macs, 6 * 7 * (150 * 5 + kPairs));
  }
}

// Of keys: features of all rows up to one factor, at most 1, and 1 somewhere.
// Of queries: the same row by row.
TYPED_TEST(KernelAttentionTest, PositiveFeaturesAreThoseOfTheLemma) {
  using T = TypeParam;
  constexpr std::size_t kFeatures = 21, kRows = 9;
  Case<T> c({1, kRows, 1, 5, 1}, false, kFeatures);
  const PositiveFeatures<T> map(c.directions);
  Tensor<T, 2> queries, keys;
  queries.resize({kRows, kFeatures});
  keys.resize({kRows, kFeatures});
  T shift = std::numeric_limits<T>::lowest();
  map.of_queries(example(c.queries, 0), matrix(queries));
  map.of_keys(example(c.keys, 0), nullptr, matrix(keys), shift);
  T largest = 0;
  for (std::size_t n = 0; n < kRows; ++n) {
    const auto of_query = c.phi(&c.queries(0, n, 0));
    const auto of_key = c.phi(&c.keys(0, n, 0));
    const double most = *std::max_element(of_query.begin(), of_query.end());
    for (std::size_t f = 0; f < kFeatures; ++f) {
      EXPECT_NEAR(queries(n, f), of_query[f] / most, 100 * kEpsilon<T>);
      EXPECT_NEAR(keys(n, f), of_key[f] / std::exp(double{shift}),
                  100 * kEpsilon<T>);
      largest = std::max(largest, keys(n, f));
    }
  }
  EXPECT_NEAR(largest, 1, 100 * kEpsilon<T>);
}

}  // namespace
}  // namespace suite
