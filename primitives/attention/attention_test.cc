// Both forms give the same answer, the one of the definition.
#include "primitives/attention/attention.h"

#include <gtest/gtest.h>

#include "primitives/attention/materialised.h"
#include "primitives/attention/testing.h"

namespace suite {
namespace {

// Several tiles of keys and a rest, for whatever cache this machine has.
template <class T>
AttentionShape several_tiles() {
  AttentionShape shape{2, 17, 1u << 20, 2, 3, 5};
  shape.keys = 3 * streaming_plan<T>(shape).key_tile + 5;
  return shape;
}

// Few queries and many keys: the keys are split.
const AttentionShape kSplitKeys{1, 5, 3 * 2048 + 100, 1, 4, 3};

// Values so wide that a chunk has few queries.
template <class T>
AttentionShape several_chunks(std::size_t keys) {
  AttentionShape shape{1, 1u << 20, keys, 1, 2, 1024};
  shape.queries = 2 * streaming_plan<T>(shape).query_chunk + 7;
  return shape;
}

template <class T>
class AttentionTest : public testing::Test {
 protected:
  // Weights sum to 1, so only the logits' rounding grows with the width.
  static constexpr double kAllowed = 64 * kEpsilon<T>;

  static void expect_right(const AttentionCase<T>& c, std::size_t step = 1) {
    for (const AttentionForm form : kAttentionForms) {
      const AttentionShape& s = c.shape;
      EXPECT_LE(c.error(c.answer(form), step), kAllowed)
          << "form " << int(form) << ", M " << s.queries << ", N " << s.keys
          << ", heads " << s.heads << ", " << s.qk_channels << " and "
          << s.v_channels << " channels";
    }
  }
};
TYPED_TEST_SUITE(AttentionTest, Scalars, ScalarNames);

// Every odd extent once as M, once as N, and among the channels; widths of
// queries and values differ.
std::vector<AttentionShape> odd_shapes() {
  constexpr std::size_t kCount = kOddExtents.size();
  std::vector<AttentionShape> shapes;
  for (std::size_t i = 0; i < kCount; ++i) {
    shapes.push_back({1 + i % 2, kOddExtents[i], kOddExtents[(i + 4) % kCount],
                      1 + i % 4, kOddExtents[(i + 2) % 8],
                      kOddExtents[(3 * i + 1) % 8]});
  }
  return shapes;
}

TYPED_TEST(AttentionTest, IsTheWeightedMeanOfTheDefinition) {
  for (const AttentionShape& shape : odd_shapes()) {
    this->expect_right(AttentionCase<TypeParam>(shape));
  }
}

TYPED_TEST(AttentionTest, HasNoRegardForHiddenKeys) {
  for (const AttentionShape& shape : odd_shapes()) {
    AttentionCase<TypeParam> c(shape);
    // All but one in three, and in the second example other ones.
    c.hide([](std::size_t b, std::size_t n) { return (n + b) % 3 == 1; });
    this->expect_right(c);
    c.hide([&](std::size_t, std::size_t n) { return n + 1 < shape.keys; });
    this->expect_right(c);
    c.hide([](std::size_t, std::size_t n) { return n > 0; });
    this->expect_right(c);
  }
}

// As if each head of queries had a copy of the keys and values that it reads.
TYPED_TEST(AttentionTest, HeadsMayShareKeysAndValues) {
  using T = TypeParam;
  constexpr std::size_t kHeads = 6, kQk = 3, kV = 5;
  for (const std::size_t key_heads : {1, 2, 3, 6}) {
    const AttentionCase<T> few({2, 17, 49, key_heads, kQk, kV});
    AttentionCase<T> all({2, 17, 49, kHeads, kQk, kV});
    all.hide([](std::size_t b, std::size_t n) { return (n + b) % 3 == 1; });
    const auto copy = [&](const Tensor<T, 3>& from, std::size_t channels,
                          Tensor<T, 3>& to) {
      for (std::size_t b = 0; b < 2; ++b) {
        for (std::size_t n = 0; n < 49; ++n) {
          for (std::size_t i = 0; i < kHeads * channels; ++i) {
            const std::size_t key_head = i / channels * key_heads / kHeads;
            to(b, n, i) = from(b, n, key_head * channels + i % channels);
          }
        }
      }
    };
    copy(few.keys, kQk, all.keys);
    copy(few.values, kV, all.values);
    for (const AttentionForm form : kAttentionForms) {
      Tensor<T, 3> output;
      Ledger ledger;
      make_attention<T>(form)->forward({all.queries, few.keys, few.values,
                                        all.mask, kHeads, key_heads},
                                       output, ledger);
      EXPECT_LE(all.error(output), this->kAllowed)
          << "form " << int(form) << ", " << key_heads << " heads of keys";
    }
  }
}

// Where they lie changes no bit of what is read.
TYPED_TEST(AttentionTest, KeysAndValuesMayLieHeadByHead) {
  using T = TypeParam;
  for (const std::size_t key_heads : {1, 2, 6}) {
    for (const bool masked : {false, true}) {
      AttentionShape shape{2, 17, 1u << 20, key_heads, 3, 5};
      shape.keys = 2 * streaming_plan<T>(shape).key_tile + 5;
      AttentionCase<T> c(shape);
      c.queries = normal_tensor<T, 3>({2, 17, 6 * 3}, 4);
      if (masked) {
        c.hide([](std::size_t b, std::size_t n) { return (n + b) % 3 == 1; });
      }
      const Tensor<T, 3> keys = by_heads(c.keys, key_heads);
      const Tensor<T, 3> values = by_heads(c.values, key_heads);
      for (const AttentionForm form : kAttentionForms) {
        Tensor<T, 3> beside, apart;
        Ledger of_beside, of_apart;
        make_attention<T>(form)->forward(
            {c.queries, c.keys, c.values, c.mask, 6, key_heads}, beside,
            of_beside);
        make_attention<T>(form)->forward({.queries = c.queries,
                                          .keys = keys,
                                          .values = values,
                                          .mask = c.mask,
                                          .heads = 6,
                                          .key_heads = key_heads,
                                          .by_heads = true},
                                         apart, of_apart);
        EXPECT_EQ(of_apart.counted().total(), of_beside.counted().total());
        if (form == AttentionForm::streaming) {
          EXPECT_TRUE(same_bits(apart, beside)) << key_heads << masked;
        }
        for (std::size_t b = 0; b < 2; ++b) {
          EXPECT_LE(max_difference(naive::Matrix(example(beside, b)),
                                   example(apart, b)),
                    this->kAllowed);
        }
      }
    }
  }
}

TYPED_TEST(AttentionTest, HiddenKeysMayHoldAnything) {
  using T = TypeParam;
  AttentionCase<T> c({2, 17, 49, 2, 5, 3});
  c.hide([](std::size_t b, std::size_t n) { return (n + b) % 3 == 1; });
  for (const AttentionForm form : kAttentionForms) {
    const Tensor<T, 3> before = c.answer(form);
    AttentionCase<T> other = c;
    for (std::size_t n = 1; n < 49; n += 3) {
      for (std::size_t i = 0; i < 10; ++i) other.keys(0, n, i) = T(1e15);
      for (std::size_t i = 0; i < 6; ++i) other.values(0, n, i) = T(-1e30);
    }
    EXPECT_TRUE(same_bits(other.answer(form), before)) << int(form);
  }
}

TYPED_TEST(AttentionTest, TilesOfKeysLeaveNoSeam) {
  AttentionCase<TypeParam> c(several_tiles<TypeParam>());
  this->expect_right(c);
  const std::size_t tile = streaming_plan<TypeParam>(c.shape).key_tile;
  ASSERT_GT(c.shape.keys, tile);
  // The whole first tile, then all but the last.
  c.hide([&](std::size_t, std::size_t n) { return n < tile; });
  this->expect_right(c);
  c.hide([&](std::size_t, std::size_t n) { return n < 3 * tile; });
  this->expect_right(c);
}

TYPED_TEST(AttentionTest, RangesOfKeysLeaveNoSeam) {
  AttentionCase<TypeParam> c(kSplitKeys);
  const StreamingPlan plan = streaming_plan<TypeParam>(c.shape);
  ASSERT_EQ(plan.key_ranges, 3u);
  this->expect_right(c);
  for (std::size_t seen = 0; seen < 3; ++seen) {
    c.hide([&](std::size_t, std::size_t n) {
      return n / plan.keys_per_range != seen;
    });
    this->expect_right(c);
  }
}

TYPED_TEST(AttentionTest, ChunksOfQueriesLeaveNoSeam) {
  const AttentionCase<TypeParam> c(several_chunks<TypeParam>(17));
  ASSERT_EQ(streaming_plan<TypeParam>(c.shape).query_chunks, 3u);
  this->expect_right(c);
}

TYPED_TEST(AttentionTest, ChunksAndRangesMayMeet) {
  const AttentionCase<TypeParam> c(several_chunks<TypeParam>(2 * 2048 + 1));
  const StreamingPlan plan = streaming_plan<TypeParam>(c.shape);
  ASSERT_EQ(plan.query_chunks, 3u);
  ASSERT_EQ(plan.key_ranges, 2u);
  this->expect_right(c, 41);
}

TYPED_TEST(AttentionTest, AQueryWithoutKeysYieldsZeros) {
  for (AttentionShape shape : {AttentionShape{2, 17, 49, 2, 5, 3},
                               several_tiles<TypeParam>(), kSplitKeys}) {
    shape.batch = 2;
    AttentionCase<TypeParam> c(shape);
    c.hide([](std::size_t b, std::size_t) { return b == 1; });
    this->expect_right(c);
    for (const AttentionForm form : kAttentionForms) {
      const auto output = c.answer(form);
      const MatrixView<const TypeParam> blind = example(output, 1);
      for (std::size_t m = 0; m < blind.rows; ++m) {
        for (std::size_t i = 0; i < blind.cols; ++i) {
          ASSERT_EQ(blind.row(m)[i], 0) << int(form);
        }
      }
    }
  }
}

// One key whose logit is a thousand above all others takes all, wherever it
// stands.
TYPED_TEST(AttentionTest, OneKeyMayDominate) {
  using T = TypeParam;
  for (const AttentionShape& shape :
       {AttentionShape{1, 17, 49, 1, 4, 3}, several_tiles<T>(), kSplitKeys}) {
    AttentionCase<T> c(shape);
    for (T& q : c.queries) q = 1;
    const std::size_t tile = streaming_plan<T>(shape).key_tile;
    const std::size_t width = shape.heads * shape.qk_channels;
    for (const std::size_t at :
         {std::size_t{0}, tile - 1, shape.keys / 2, shape.keys - 1}) {
      AttentionCase<T> peaked = c;
      for (std::size_t b = 0; b < shape.batch; ++b) {
        for (std::size_t i = 0; i < width; ++i) peaked.keys(b, at, i) = 1000;
      }
      for (const AttentionForm form : kAttentionForms) {
        const auto output = peaked.answer(form);
        for (std::size_t b = 0; b < shape.batch; ++b) {
          for (std::size_t i = 0; i < output.shape(2); ++i) {
            ASSERT_EQ(output(b, shape.queries - 1, i), c.values(b, at, i))
                << int(form) << ' ' << at;
          }
        }
      }
    }
  }
}

// The reference must be raised by every key, or never again.
TYPED_TEST(AttentionTest, LogitsMayRiseOrFallFromAnywhere) {
  using T = TypeParam;
  for (const AttentionShape& shape : {several_tiles<T>(), kSplitKeys}) {
    for (const T slope : {T(0.37), T(-0.37), T(1000), T(-1000)}) {
      AttentionCase<T> c(shape);
      for (T& q : c.queries) q = 1;
      for (std::size_t b = 0; b < shape.batch; ++b) {
        for (std::size_t n = 0; n < shape.keys; ++n) {
          for (std::size_t i = 0; i < c.keys.shape(2); ++i) {
            // Multiples of 2^-10, so that products are exact.
            c.keys(b, n, i) =
                std::floor(slope * 1024) / 1024 * static_cast<T>(n) - 4096;
          }
        }
      }
      for (const AttentionForm form : kAttentionForms) {
        // Scores as large as these are round to more than ε of a weight.
        const double largest =
            std::abs(slope) * 2.0 * double(shape.keys) + 2 * 4096;
        EXPECT_LE(c.error(c.answer(form)), largest * kEpsilon<T>)
            << int(form) << ' ' << slope;
      }
    }
  }
}

// What is rescaled from tile to tile must not tilt towards the first.
TYPED_TEST(AttentionTest, ManyTilesWeighTheSame) {
  using T = TypeParam;
  // So many heads that keys are not split.
  AttentionShape shape{1, 1, 1u << 20, 32, 1, 1};
  shape.keys = 256 * streaming_plan<T>(shape).key_tile;
  ASSERT_EQ(streaming_plan<T>(shape).key_ranges, 1u);
  AttentionCase<T> c(shape);
  for (T& q : c.queries) q = 0;
  for (std::size_t n = 0; n < shape.keys; ++n) {
    for (std::size_t h = 0; h < 32; ++h) {
      c.values(0, n, h) = 2 * n < shape.keys ? 1 : -1;
    }
  }
  for (const AttentionForm form : kAttentionForms) {
    const auto output = c.answer(form);
    for (const T mean : output) EXPECT_NEAR(mean, 0, 4 * kEpsilon<T>);
  }
}

TYPED_TEST(AttentionTest, AnInstanceServesOneShapeAfterAnother) {
  using T = TypeParam;
  for (const AttentionForm form : kAttentionForms) {
    const auto reused = make_attention<T>(form);
    for (const AttentionShape& shape :
         {several_tiles<T>(), AttentionShape{1, 1, 1, 1, 1, 1}, kSplitKeys,
          AttentionShape{2, 49, 17, 2, 5, 3}, several_tiles<T>()}) {
      const AttentionCase<T> c(shape);
      EXPECT_TRUE(same_bits(c.answer(*reused), c.answer(form))) << int(form);
    }
  }
}

TYPED_TEST(AttentionTest, WeightsThatExistAreTheSoftmax) {
  using T = TypeParam;
  AttentionCase<T> c({2, 17, 49, 3, 5, 2});
  c.hide([](std::size_t, std::size_t n) { return n % 3 == 1; });
  MaterialisedAttention<T> attention;
  c.answer(attention);
  const Tensor<T, 4>& weights = attention.weights();
  ASSERT_EQ(weights.shape(0), 2u);
  ASSERT_EQ(weights.shape(1), 3u);
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t h = 0; h < 3; ++h) {
      const naive::Matrix q(example(c.queries, b).columns(5 * h, 5));
      const naive::Matrix k(example(c.keys, b).columns(5 * h, 5));
      naive::Matrix logits = naive::multiply(q, naive::transpose(k));
      for (double& logit : logits.values) logit /= std::sqrt(5.0);
      const MatrixView<const T> head{&weights(b, h, 0, 0), 17, 49, 49};
      EXPECT_LE(max_difference(naive::softmax(logits, &c.mask(b, 0)), head),
                this->kAllowed);
    }
  }
}

}  // namespace
}  // namespace suite
