#include "primitives/mixing/kernel_attention.h"

#include "primitives/mixing/feature_maps.h"
#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Several tiles of everything, and one of everything.
std::vector<KernelShape> shapes(bool causal) {
  return {{1, 1, 1, 1, 1, causal},      {2, 17, 3, 5, 2, causal},
          {1, 49, 2, 16, 33, causal},   {1, 389, 2, 33, 15, causal},
          {2, 129, 1, 300, 48, causal}, {1, 2100, 1, 7, 3, causal}};
}

template <class T>
struct Case {
  KernelShape shape;
  Tensor<T, 3> queries, keys, values;
  Mask mask;

  explicit Case(const KernelShape& s) : shape(s) {
    const std::array<std::size_t, 3> features{s.batch, s.rows,
                                              s.heads * s.features};
    queries = normal_tensor<T, 3>(features, 1);
    keys = normal_tensor<T, 3>(features, 2);
    for (T& value : queries) value = std::abs(value);
    for (T& value : keys) value = std::abs(value);
    values =
        normal_tensor<T, 3>({s.batch, s.rows, s.heads * s.v_channels}, 3);
  }

  Tensor<T, 3> answer() const {
    Tensor<T, 3> output;
    Ledger ledger;
    KernelAttention<T>().forward(shape, {queries, keys, values, mask}, output,
                                 ledger);
    return output;
  }

  double error(const Tensor<T, 3>& output) const {
    const KernelShape& s = shape;
    double worst = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      const std::size_t c = i % (s.heads * s.v_channels), h = c / s.v_channels;
      const std::size_t row = i / (s.heads * s.v_channels) % s.rows;
      const std::size_t b = i / (s.heads * s.v_channels) / s.rows;
      double sum = 0, total = 0;
      for (std::size_t n = 0; n < (s.causal ? row + 1 : s.rows); ++n) {
        if (mask.size() > 0 && mask(b, n) == 0) continue;
        double weight = 0;
        for (std::size_t f = h * s.features; f < (h + 1) * s.features; ++f) {
          weight += static_cast<double>(queries(b, row, f)) * keys(b, n, f);
        }
        total += weight;
        sum += weight * values(b, n, c);
      }
      const double off =
          std::abs((total > 0 ? sum / total : 0) - output.data()[i]);
      if (!(off <= worst)) worst = off;
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
    for (const KernelShape& s : shapes(causal)) {
      for (const bool masked : {false, true}) {
        Case<TypeParam> c(s);
        if (masked) c.mask.resize({s.batch, s.rows});
        for (std::size_t i = 0; i < c.mask.size(); ++i) {
          c.mask.data()[i] = i % 3 != 0;
        }
        EXPECT_LE(c.error(c.answer()),
                  rounding<TypeParam>(s.rows + s.features))
            << s.rows << " rows" << (causal ? ", causal" : "")
            << (masked ? ", masked" : "");
      }
    }
  }
}

TYPED_TEST(KernelAttentionTest, TheNumberOfThreadsChangesNoBit) {
  for (const bool causal : {false, true}) {
    const Case<TypeParam> c({1, 2100, 3, 9, 5, causal});
    set_threads(1);
    const auto one = c.answer();
    for (const int count : {2, 3, 5}) {
      set_threads(count);
      EXPECT_TRUE(same_bits(c.answer(), one)) << count;
    }
  }
}

TYPED_TEST(KernelAttentionTest, EluPlusOneIsWhatItSays) {
  const auto x = normal_tensor<TypeParam, 3>({2, 7, 19}, 1);
  Tensor<TypeParam, 3> y;
  Ledger ledger;
  elu_plus_one<TypeParam>(x, y, ledger[Part::softmax]);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x.data()[i];
    EXPECT_NEAR(y.data()[i], value > 0 ? value + 1 : std::exp(value),
                8 * kEpsilon<TypeParam>);
  }
}

// Up to a factor of a query's and one of all keys': as attention takes away.
TYPED_TEST(KernelAttentionTest, PositiveFeaturesAreThoseOfTheLemma) {
  using T = TypeParam;
  constexpr std::size_t kHeads = 2, kChannels = 5, kFeatures = 21, kRows = 9;
  const auto x = normal_tensor<T, 3>({2, kRows, kHeads * kChannels}, 1);
  const auto directions = normal_tensor<T, 2>({kFeatures, kChannels}, 2);
  for (const Shift shift : {Shift::of_each_row, Shift::of_all_rows}) {
    Tensor<T, 3> y;
    Ledger ledger;
    positive_features<T>(x, directions, kHeads, Mask(), shift, y,
                         ledger[Part::softmax]);
    const auto log_feature = [&](std::size_t b, std::size_t n, std::size_t h,
                                 std::size_t m) {
      double exponent = 0;
      for (std::size_t c = 0; c < kChannels; ++c) {
        const double value =
            x(b, n, h * kChannels + c) / std::pow(double{kChannels}, 0.25);
        exponent += directions(m, c) * value - value * value / 2;
      }
      return exponent - std::log(double{kFeatures}) / 2;
    };
    for (std::size_t b = 0; b < 2; ++b) {
      for (std::size_t h = 0; h < kHeads; ++h) {
        const double all = std::log(y(b, 0, h * kFeatures)) - log_feature(b, 0, h, 0);
        for (std::size_t n = 0; n < kRows; ++n) {
          const double of_row = shift == Shift::of_all_rows
                                    ? all
                                    : std::log(y(b, n, h * kFeatures)) -
                                          log_feature(b, n, h, 0);
          for (std::size_t m = 0; m < kFeatures; ++m) {
            EXPECT_LE(y(b, n, h * kFeatures + m), 1);
            EXPECT_NEAR(std::log(y(b, n, h * kFeatures + m)) - of_row,
                        log_feature(b, n, h, m), 200 * kEpsilon<T>);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace suite
