#include "primitives/efficient_attention/hashed/hashed_backward.h"

#include <algorithm>

#include "primitives/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
struct Case {
  HashedShape shape;
  Tensor<T, 3> queries, values, weights;  // weights of outputs in the loss
  Tensor<T, 3> d_queries, d_values;
  Tensor<T, 2> rotations;
  Mask mask;

  Case(const HashedShape& s, bool masked)
      : shape(s),
        queries(normal_tensor<T, 3>(
            {s.hash.batch, s.hash.rows, s.hash.heads * s.hash.channels}, 1)),
        values(normal_tensor<T, 3>(
            {s.hash.batch, s.hash.rows, s.hash.heads * s.v_channels}, 2)),
        weights(normal_tensor<T, 3>(
            {s.hash.batch, s.hash.rows, s.hash.heads * s.v_channels}, 4)),
        d_queries(queries),
        d_values(values),
        rotations(normal_tensor<T, 2>(
            {s.hash.rounds * s.hash.buckets / 2, s.hash.channels}, 3)) {
    if (masked) mask.resize({s.hash.batch, s.hash.rows});
    for (std::size_t i = 0; i < mask.size(); ++i) mask.data()[i] = i % 4 != 1;
  }

  Tensor<T, 3> answer(Ledger& ledger, Tensor<T, 3>* kept = nullptr) const {
    Tensor<T, 3> output;
    HashedAttention<T>().forward(shape, {queries, values, rotations, mask},
                                 output, ledger, kept);
    return output;
  }
  double loss() const {
    Ledger ledger;
    const auto output = answer(ledger);
    double sum = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      sum += double{output.data()[i]} * weights.data()[i];
    }
    return sum;
  }
  // What is counted of the forward and of the backward.
  std::pair<Cost, Cost> differentiate() {
    Ledger forward, backward;
    Tensor<T, 3> kept;
    const auto output = answer(forward, &kept);
    HashedBackward<T>().run(shape, {queries, values, rotations, mask},
                            {output, weights, kept}, {d_queries, d_values},
                            backward);
    return {forward.counted(), backward.counted()};
  }
};

std::vector<HashedShape> shapes() {
  // {batch, N, heads, d, rounds, buckets}, v, chunk
  return {{{1, 1, 1, 1, 1, 0}, 1, 4},     {{2, 15, 2, 6, 1, 0}, 9, 15},
          {{2, 33, 2, 6, 1, 4}, 9, 1},    {{2, 33, 2, 6, 3, 4}, 9, 1},
          {{1, 17, 3, 5, 2, 2}, 3, 4},    {{2, 389, 2, 6, 4, 8}, 9, 64},
          {{1, 700, 1, 8, 2, 6}, 8, 300}, {{1, 1100, 2, 8, 5, 16}, 8, 16}};
}

class HashedBackwardTest : public testing::Test {
 protected:
  HashedBackwardTest() : threads_(threads()) {}
  ~HashedBackwardTest() override { set_threads(threads_); }

 private:
  int threads_;
};

// Steps so short that no row changes its bucket.
TEST_F(HashedBackwardTest, AgreesWithDifferencesAndCountsThePairs) {
  for (const HashedShape& shape : shapes()) {
    for (const bool masked : {false, true}) {
      Case<double> c(shape, masked);
      const auto [forward, backward] = c.differentiate();
      const std::size_t pairs = forward[Part::softmax].logits;
      EXPECT_EQ(backward[Part::softmax].logits, pairs);
      EXPECT_EQ(backward[Part::scores].macs,
                forward[Part::scores].macs + 2 * pairs * shape.hash.channels);
      EXPECT_EQ(backward[Part::weighted_sum].macs,
                2 * forward[Part::weighted_sum].macs);
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
        EXPECT_NEAR(found, slope, 1e-6 * (std::sqrt(size) + 1))
            << shape.hash.rows << " rows in chunks of " << shape.chunk
            << (masked ? ", masked" : "");
      };
      along(c.queries, c.d_queries);
      along(c.values, c.d_values);
    }
  }
}

TEST_F(HashedBackwardTest, HiddenRowsAreNotReadAndGetZeros) {
  Case<float> c({{2, 389, 2, 6, 4, 8}, 9, 16}, true);
  for (std::size_t i = 0; i < c.mask.size(); ++i) {
    if (c.mask.data()[i] != 0) continue;
    std::fill_n(&c.values.data()[i * 18], 18,
                std::numeric_limits<float>::quiet_NaN());
  }
  c.differentiate();
  for (const float value : c.d_queries) ASSERT_TRUE(std::isfinite(value));
  for (std::size_t i = 0; i < c.mask.size(); ++i) {
    if (c.mask.data()[i] != 0) continue;
    EXPECT_EQ(c.d_queries.data()[i * 12], 0);
    EXPECT_EQ(c.d_values.data()[i * 18], 0);
  }
}

TEST_F(HashedBackwardTest, TheNumberOfThreadsChangesNoBit) {
  std::vector<Case<float>> found;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    found.emplace_back(HashedShape{{2, 1700, 2, 6, 3, 8}, 9, 16}, true)
        .differentiate();
  }
  for (const int i : {1, 2}) {
    EXPECT_TRUE(same_bits(found[0].d_queries, found[i].d_queries));
    EXPECT_TRUE(same_bits(found[0].d_values, found[i].d_values));
  }
}

}  // namespace
}  // namespace suite
