// A state absorbs, merges and finishes; its value is all there is to it.
#include "primitives/attention/attention_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "primitives/attention/absorb.h"
#include "primitives/testing.h"

namespace suite {
namespace {

constexpr std::size_t kStateQueries = 37, kStateQk = 6, kStateV = 5,
                      kStateKeys = 90;

template <class T>
class AttentionStateTest : public testing::Test {
 protected:
  Tensor<T, 2> queries = normal_tensor<T, 2>({kStateQueries, kStateQk}, 1);
  Tensor<T, 2> keys = normal_tensor<T, 2>({kStateKeys, kStateQk}, 2);
  Tensor<T, 2> values = normal_tensor<T, 2>({kStateKeys, kStateV}, 3);

  // What all queries see of keys [first, last), as a value.
  std::vector<T> seen(std::size_t first, std::size_t last) {
    std::vector<T> packed(padded<T>(kStateQueries) * kStateQk);
    std::vector<T> weights(kStateKeys * kPanelWidth<T>);
    std::vector<T> state(AttentionState<T>::size(kStateQueries, kStateV));
    pack_queries<T>(matrix(queries), kStateQk, packed.data());
    of(state).clear();
    AttentionSteps steps;
    TickClock clock;
    absorb<T>(
        {&keys(first, 0), &values(first, 0), last - first, kStateQk, kStateV},
        packed.data(), of(state), weights.data(), steps, clock);
    return state;
  }

  static AttentionState<T> of(std::vector<T>& values) {
    return {values.data(), kStateQueries, kStateV};
  }

  static void merge(std::vector<T>& into, std::vector<T> other) {
    for (std::size_t p = 0; p < of(into).panels(); ++p) {
      of(into).merge(of(other), p);
    }
  }

  // Means beside the log-sum-exp, [queries, v_channels + 1].
  static Tensor<T, 2> finished(std::vector<T> state) {
    Tensor<T, 2> means, all;
    means.resize({kStateQueries, kStateV});
    all.resize({kStateQueries, kStateV + 1});
    std::vector<T> log_sum_exp(kStateQueries);
    for (std::size_t p = 0; p < of(state).panels(); ++p) {
      of(state).finish(p, matrix(means), log_sum_exp.data());
    }
    for (std::size_t q = 0; q < kStateQueries; ++q) {
      for (std::size_t c = 0; c < kStateV; ++c) all(q, c) = means(q, c);
      all(q, kStateV) = log_sum_exp[q];
    }
    return all;
  }

  // The same of keys [first, last) by their definition.
  naive::Matrix expected(std::size_t first, std::size_t last) {
    naive::Matrix all(kStateQueries, kStateV + 1);
    for (std::size_t q = 0; q < kStateQueries; ++q) {
      double sum = 0;
      for (std::size_t n = first; n < last; ++n) {
        double logit = 0;
        for (std::size_t c = 0; c < kStateQk; ++c) {
          logit += static_cast<double>(queries(q, c)) * keys(n, c);
        }
        const double weight = std::exp(logit / std::sqrt(double{kStateQk}));
        sum += weight;
        for (std::size_t c = 0; c < kStateV; ++c)
          all(q, c) += weight * values(n, c);
      }
      for (std::size_t c = 0; c < kStateV; ++c) all(q, c) /= sum;
      all(q, kStateV) = std::log(sum);
    }
    return all;
  }
};
TYPED_TEST_SUITE(AttentionStateTest, Scalars, ScalarNames);

TYPED_TEST(AttentionStateTest, FinishesAsMeansAndLogSumExp) {
  EXPECT_LE(max_difference(this->expected(0, kStateKeys),
                           matrix(this->finished(this->seen(0, kStateKeys)))),
            64 * kEpsilon<TypeParam>);
}

// However keys are divided, and in whatever order states meet; each is copied
// first, as one that was sent would be.
TYPED_TEST(AttentionStateTest, StatesOfDisjointKeysMergeToThatOfAll) {
  for (const std::size_t cut : {1, 30, 89}) {
    for (const bool swapped : {false, true}) {
      auto first = this->seen(0, cut), second = this->seen(cut, kStateKeys);
      if (swapped) std::swap(first, second);
      this->merge(first, second);
      EXPECT_LE(max_difference(this->expected(0, kStateKeys),
                               matrix(this->finished(first))),
                64 * kEpsilon<TypeParam>)
          << cut;
    }
  }
}

// Of parts drawn at random: whoever meets first, and on whichever side.
TYPED_TEST(AttentionStateTest, MergingAssociatesAndCommutesToRounding) {
  const auto whole = this->expected(0, kStateKeys);
  std::mt19937 draw(7);
  for (int i = 0; i < 50; ++i) {
    std::vector<std::size_t> cuts = {0, kStateKeys};
    for (int part = 0; part < 6; ++part)
      cuts.push_back(draw() % (kStateKeys + 1));
    std::sort(cuts.begin(), cuts.end());
    std::vector<std::vector<TypeParam>> parts;
    for (std::size_t c = 1; c < cuts.size(); ++c) {
      if (cuts[c - 1] < cuts[c]) {
        parts.push_back(this->seen(cuts[c - 1], cuts[c]));
      }
    }
    while (parts.size() > 1) {
      std::shuffle(parts.begin(), parts.end(), draw);
      this->merge(parts.front(), parts.back());
      parts.pop_back();
    }
    EXPECT_LE(max_difference(whole, matrix(this->finished(parts.front()))),
              64 * kEpsilon<TypeParam>)
        << i;
  }
}

TYPED_TEST(AttentionStateTest, NothingSeenIsZerosAndNoSum) {
  std::vector<TypeParam> nothing(
      AttentionState<TypeParam>::size(kStateQueries, kStateV), TypeParam(7));
  this->of(nothing).clear();
  EXPECT_EQ(std::count(nothing.begin(), nothing.end(), TypeParam(7)), 0)
      << "its block has a gap";
  const Tensor<TypeParam, 2> end = this->finished(nothing);
  for (std::size_t q = 0; q < kStateQueries; ++q) {
    for (std::size_t c = 0; c < kStateV; ++c) EXPECT_EQ(end(q, c), 0);
    EXPECT_EQ(end(q, kStateV), -std::numeric_limits<TypeParam>::infinity());
  }
  // Merging with it changes nothing.
  auto state = this->seen(0, kStateKeys);
  this->merge(state, nothing);
  EXPECT_TRUE(same_bits(this->finished(state),
                        this->finished(this->seen(0, kStateKeys))));
}

}  // namespace
}  // namespace suite
