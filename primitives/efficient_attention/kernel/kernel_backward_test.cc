#include "primitives/efficient_attention/kernel/kernel_backward.h"

#include <algorithm>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Without directions φ is elu + 1.
template <class T>
struct Case {
  KernelShape shape;
  Tensor<T, 3> queries, keys, values,
      weights;  // weights of outputs in the loss
  Tensor<T, 3> d_queries, d_keys, d_values;
  Tensor<T, 2> directions;
  EluPlusOne<T> elu;
  PositiveFeatures<T> positive;
  Mask mask;

  Case(std::size_t rows, std::size_t heads, std::size_t channels,
       std::size_t count, bool causal)
      : shape{2, rows, heads, count > 0 ? count : channels, 5, causal},
        queries(normal_tensor<T, 3>({2, rows, heads * channels}, 1)),
        keys(normal_tensor<T, 3>({2, rows, heads * channels}, 2)),
        values(normal_tensor<T, 3>({2, rows, heads * 5}, 3)),
        weights(normal_tensor<T, 3>({2, rows, heads * 5}, 4)),
        d_queries(queries),
        d_keys(keys),
        d_values(values),
        directions(normal_tensor<T, 2>({count, channels}, 5)),
        elu(channels),
        positive(directions) {
    mask.resize({2, rows});
    for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 5 != 2;
  }

  const FeatureMap<T>& map() const {
    return directions.size() > 0 ? static_cast<const FeatureMap<T>&>(positive)
                                 : elu;
  }
  Tensor<T, 3> answer() const {
    Tensor<T, 3> output;
    Ledger ledger;
    KernelAttention<T>().forward(shape, map(), {queries, keys, values, mask},
                                 output, ledger);
    return output;
  }
  double loss() const {
    const auto output = answer();
    double sum = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      sum += double{output.data()[i]} * weights.data()[i];
    }
    return sum;
  }
  Cost differentiate(Ledger::Mode mode = Ledger::Mode::compute) {
    const auto output = answer();
    Ledger ledger(mode);
    KernelAttentionBackward<T>().run(
        shape, map(), {queries, keys, values, mask}, {output, weights},
        {d_queries, d_keys, d_values}, ledger);
    return ledger.counted();
  }
};

class KernelBackwardTest : public testing::Test {
 protected:
  KernelBackwardTest() : threads_(threads()) {}
  ~KernelBackwardTest() override { set_threads(threads_); }

 private:
  int threads_;
};

// Along a direction that changes all values, with several tiles and ranges.
TEST_F(KernelBackwardTest, AgreesWithDifferences) {
  for (const bool causal : {false, true}) {
    for (const std::size_t directions : {0, 21}) {
      for (const std::size_t rows : {1, 130, 2100}) {
        Case<double> c(rows, 1, 7, directions, causal);
        c.differentiate();
        const auto along = [&](Tensor<double, 3>& at,
                               const Tensor<double, 3>& gradient) {
          const Tensor<double, 3> before = at;
          const auto direction = normal_tensor<double, 3>(at.shape(), 9);
          double found = 0, size = 0;
          for (std::size_t i = 0; i < at.size(); ++i) {
            found += gradient.data()[i] * direction.data()[i];
            size += std::pow(gradient.data()[i], 2);
          }
          const auto loss_at = [&](double step) {
            for (std::size_t i = 0; i < at.size(); ++i) {
              at.data()[i] = before.data()[i] + step * direction.data()[i];
            }
            return c.loss();
          };
          constexpr double kStep = 1e-6;
          const double slope = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
          at = before;
          // Where x passes 0, elu's second derivative jumps.
          EXPECT_NEAR(found, slope, 2e-6 * (std::sqrt(size) + 1))
              << rows << " rows, " << directions << " directions"
              << (causal ? ", causal" : "");
        };
        along(c.queries, c.d_queries);
        along(c.keys, c.d_keys);
        along(c.values, c.d_values);
      }
    }
  }
}

template <class T>
std::vector<double> all_of(const Case<T>& c) {
  std::vector<double> all;
  for (const auto* d : {&c.d_queries, &c.d_keys, &c.d_values}) {
    all.insert(all.end(), d->begin(), d->end());
  }
  return all;
}

// Features of rows with exponents from 90 to 130, in either order: beyond what
// a float holds, unless they are shifted.
TEST_F(KernelBackwardTest, LargeExponentsDoNotOverflow) {
  for (const bool causal : {false, true}) {
    for (const bool falling : {false, true}) {
      const auto make = [&]<class T>(T) {
        Case<T> c(1500, 1, 4, 33, causal);
        for (T& value : c.directions) value = 12 + value / 2;
        for (std::size_t i = 0; i < c.keys.size(); ++i) {
          const std::size_t n = i / 4 % 1500;
          const double size =
              3 + 1.2 * static_cast<double>(falling ? 1500 - n : n) / 1500;
          c.keys.data()[i] = c.keys.data()[i] / 10 + static_cast<T>(size);
        }
        c.differentiate();
        return all_of(c);
      };
      const auto narrow = make(0.0f), wide = make(0.0);
      double most = 0, worst = 0;
      for (std::size_t i = 0; i < wide.size(); ++i) {
        ASSERT_TRUE(std::isfinite(narrow[i]) && std::isfinite(wide[i])) << i;
        most = std::max(most, std::abs(wide[i]));
        worst = std::max(worst, std::abs(wide[i] - narrow[i]));
      }
      EXPECT_LE(worst, 1e-3 * most)
          << (causal ? "causal " : "") << (falling ? "falling" : "growing");
    }
  }
}

TEST_F(KernelBackwardTest, HiddenKeysAreNotReadAndGetZeros) {
  for (const bool causal : {false, true}) {
    for (const std::size_t directions : {0, 21}) {
      Case<float> c(130, 3, 7, directions, causal);
      for (std::size_t i = 0; i < c.mask.size(); ++i) {
        if (c.mask.data()[i] != 0) continue;
        std::fill_n(&c.keys.data()[i * 21], 21,
                    std::numeric_limits<float>::quiet_NaN());
      }
      c.differentiate();
      for (const double value : all_of(c)) ASSERT_TRUE(std::isfinite(value));
      for (std::size_t i = 0; i < c.mask.size(); ++i) {
        if (c.mask.data()[i] != 0) continue;
        EXPECT_EQ(c.d_keys.data()[i * 21], 0);
        EXPECT_EQ(c.d_values.data()[i * 15], 0);
      }
    }
  }
}

TEST_F(KernelBackwardTest, TheNumberOfThreadsChangesNoBit) {
  for (const bool causal : {false, true}) {
    std::vector<std::vector<double>> found;
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      Case<float> c(2100, 3, 9, 21, causal);
      c.differentiate();
      found.push_back(all_of(c));
    }
    EXPECT_EQ(found[0], found[1]);
    EXPECT_EQ(found[0], found[2]);
  }
}

TEST_F(KernelBackwardTest, CountsWhatItSays) {
  constexpr std::size_t kPairs = 128 * 128 + 22 * 22, kV = 5, kR = 21;
  for (const auto mode : {Ledger::Mode::compute, Ledger::Mode::count_only}) {
    for (const bool causal : {false, true}) {
      const Cost cost = Case<float>(150, 3, 7, kR, causal).differentiate(mode);
      EXPECT_EQ(cost[Part::softmax].macs, (causal ? 6 : 5) * 6 * 150 * kR * 7);
      EXPECT_EQ(cost[Part::scores].macs + cost[Part::weighted_sum].macs,
                6 * (150 * kR * 5 * (kV + 1) +
                     (causal ? kPairs * (4 * kR + 3 * kV + 2) : 0)));
    }
  }
}

}  // namespace
}  // namespace suite
