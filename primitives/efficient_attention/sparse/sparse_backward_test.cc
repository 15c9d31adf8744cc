#include "primitives/efficient_attention/sparse/sparse_backward.h"

#include <algorithm>

#include "primitives/efficient_attention/sparse/sparse_attention.h"
#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Rows read a window around them and the first few, which read all.
SparsePattern window(std::size_t rows, std::size_t block, std::size_t each_side,
                     std::size_t globals) {
  SparsePattern pattern{.rows = rows, .block = block, .apart = globals};
  pattern.whole = [=](std::size_t, std::vector<KeyRange>& out) {
    out.push_back({0, globals});
  };
  pattern.own = [=](std::size_t q) {
    if (q < globals) return KeyRange{globals, rows};
    const std::size_t first = q < each_side ? 0 : q - each_side;
    return KeyRange{std::max(first, globals),
                    std::min(rows, q + each_side + 1)};
  };
  return pattern;
}

// Several tiles of keys, panels and chunks of queries, and ranges of blocks;
// runs alone, and no key that all read.
std::vector<SparsePattern> patterns() {
  SparsePattern runs{.rows = 2600, .block = 260};
  runs.whole = [](std::size_t q, std::vector<KeyRange>& out) {
    out.push_back({q, q + 260});
    if (q >= 520) out.push_back({3, 490});
  };
  SparsePattern disjoint{.rows = 90, .block = 45};
  disjoint.own = [](std::size_t q) {
    return KeyRange{q / 15 * 15, q / 15 * 15 + 15};
  };
  return {window(1, 48, 3, 0),
          window(389, 48, 40, 0),
          window(389, 16, 200, 5),
          window(2600, 48, 300, 3),
          runs,
          disjoint};
}

template <class T>
struct Case {
  static constexpr std::size_t kBatch = 2, kHeads = 2, kQk = 6, kV = 9;
  SparsePattern pattern;
  Tensor<T, 3> queries, keys, values,
      weights;  // weights of outputs in the loss
  Tensor<T, 3> d_queries, d_keys, d_values;
  Mask mask;

  Case(const SparsePattern& p, bool masked)
      : pattern(p),
        queries(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kQk}, 1)),
        keys(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kQk}, 2)),
        values(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kV}, 3)),
        weights(normal_tensor<T, 3>({kBatch, p.rows, kHeads * kV}, 4)),
        d_queries(queries),
        d_keys(keys),
        d_values(values) {
    if (masked) mask.resize({kBatch, p.rows});
    for (std::size_t i = 0; i < mask.size(); ++i) {
      mask.data()[i] = i % 4 != 1 && !(i >= 10 && i < 30);
    }
  }

  AttentionInputs<T> inputs() const {
    return {queries, keys, values, mask, kHeads};
  }
  double loss() const {
    Ledger ledger;
    Tensor<T, 3> output;
    SparseAttention<T>().forward(inputs(), pattern, output, ledger);
    double sum = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      sum += double{output.data()[i]} * weights.data()[i];
    }
    return sum;
  }
  // What is counted of the forward and of the backward.
  std::pair<Cost, Cost> differentiate() {
    Ledger forward, backward;
    AttentionTrace<T> trace;
    Tensor<T, 3> output;
    SparseAttention<T>().forward(inputs(), pattern, output, forward, &trace);
    SparseBackward<T>().run(inputs(), pattern, {output, trace, weights},
                            {d_queries, d_keys, d_values}, backward);
    return {forward.counted(), backward.counted()};
  }
};

class SparseBackwardTest : public testing::Test {
 protected:
  SparseBackwardTest() : threads_(threads()) {}
  ~SparseBackwardTest() override { set_threads(threads_); }

 private:
  int threads_;
};

TEST_F(SparseBackwardTest, AgreesWithDifferencesAndCountsThePairs) {
  for (const SparsePattern& pattern : patterns()) {
    for (const bool masked : {false, true}) {
      using C = Case<double>;
      C c(pattern, masked);
      const auto [forward, backward] = c.differentiate();
      const std::size_t pairs = forward[Part::softmax].logits;
      EXPECT_EQ(backward[Part::softmax].logits, pairs);
      EXPECT_EQ(backward[Part::scores].macs, 3 * C::kQk * pairs);
      EXPECT_EQ(backward[Part::weighted_sum].macs, 2 * C::kV * pairs);
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
        constexpr double kStep = 1e-5;
        const double slope = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
        at = before;
        EXPECT_NEAR(found, slope, 1e-7 * (std::sqrt(size) + 1))
            << pattern.rows << " rows" << (masked ? ", masked" : "");
      };
      along(c.queries, c.d_queries);
      along(c.keys, c.d_keys);
      along(c.values, c.d_values);
    }
  }
}

TEST_F(SparseBackwardTest, HiddenKeysGetZeros) {
  Case<float> c(window(389, 48, 40, 3), true);
  c.differentiate();
  for (std::size_t i = 0; i < c.mask.size(); ++i) {
    if (c.mask.data()[i] != 0) continue;
    for (std::size_t h = 0; h < 12; ++h) {
      EXPECT_EQ(c.d_keys.data()[i * 12 + h], 0);
    }
    for (std::size_t h = 0; h < 18; ++h) {
      EXPECT_EQ(c.d_values.data()[i * 18 + h], 0);
    }
  }
}

TEST_F(SparseBackwardTest, TheNumberOfThreadsChangesNoBit) {
  std::vector<Case<float>> found;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    found.emplace_back(window(2600, 48, 60, 9), true).differentiate();
  }
  for (const int i : {1, 2}) {
    EXPECT_TRUE(same_bits(found[0].d_queries, found[i].d_queries));
    EXPECT_TRUE(same_bits(found[0].d_keys, found[i].d_keys));
    EXPECT_TRUE(same_bits(found[0].d_values, found[i].d_values));
  }
}

}  // namespace
}  // namespace suite
