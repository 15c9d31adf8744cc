// The gradients of attention, by naive loops: several tiles, chunks of queries,
// ranges of keys, shared heads of keys, masks; any number of threads.
#include "primitives/attention/attention_backward.h"

#include <gtest/gtest.h>

#include "primitives/attention/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

using naive::Matrix;

template <class T>
struct Gradients {
  Tensor<T, 3> queries, keys, values;
};

// Of a case whose heads of keys are `key_heads`.
template <class T>
Gradients<T> gradients_of(const AttentionCase<T>& c, AttentionForm form,
                          const Tensor<T, 3>& d_output,
                          std::size_t key_heads = 0) {
  Gradients<T> found{c.queries, c.keys, c.values};
  for (Tensor<T, 3>* each : {&found.queries, &found.keys, &found.values}) {
    each->fill(std::numeric_limits<T>::quiet_NaN());
  }
  AttentionInputs<T> inputs = c.inputs();
  inputs.key_heads = key_heads;
  Tensor<T, 3> output;
  AttentionTrace<T> trace;
  Ledger ledger;
  make_attention<T>(form)->forward(inputs, output, ledger, &trace);
  AttentionBackward<T> backward(form);
  backward.run(inputs, {output, trace, d_output},
               {found.queries, found.keys, found.values}, ledger);
  return found;
}

// Of one example, whose heads all have keys of their own.
template <class T>
std::array<Matrix, 3> naive_gradients(const AttentionCase<T>& c,
                                      const Tensor<T, 3>& d_output,
                                      std::size_t b) {
  const AttentionShape& s = c.shape;
  std::array<Matrix, 3> all = {Matrix(s.queries, s.heads * s.qk_channels),
                               Matrix(s.keys, s.heads * s.qk_channels),
                               Matrix(s.keys, s.heads * s.v_channels)};
  const std::uint8_t* valid = c.mask.size() > 0 ? &c.mask(b, 0) : nullptr;
  const double scale = 1 / std::sqrt(static_cast<double>(s.qk_channels));
  for (std::size_t h = 0; h < s.heads; ++h) {
    const auto head = [&](const Tensor<T, 3>& t, std::size_t width) {
      return Matrix(example(t, b).columns(h * width, width));
    };
    const Matrix q = head(c.queries, s.qk_channels);
    const Matrix k = head(c.keys, s.qk_channels);
    const Matrix v = head(c.values, s.v_channels);
    const Matrix d_o = head(d_output, s.v_channels);
    Matrix logits = naive::multiply(q, naive::transpose(k));
    for (double& logit : logits.values) logit *= scale;
    const Matrix p = naive::softmax(logits, valid);
    Matrix d_s = naive::multiply(d_o, naive::transpose(v));
    for (std::size_t m = 0; m < s.queries; ++m) {
      double along = 0;
      for (std::size_t n = 0; n < s.keys; ++n) along += p(m, n) * d_s(m, n);
      for (std::size_t n = 0; n < s.keys; ++n) {
        d_s(m, n) = scale * p(m, n) * (d_s(m, n) - along);
      }
    }
    const auto put = [&](Matrix& into, const Matrix& part) {
      for (std::size_t r = 0; r < part.rows; ++r) {
        for (std::size_t i = 0; i < part.cols; ++i) {
          into(r, h * part.cols + i) = part(r, i);
        }
      }
    };
    put(all[0], naive::multiply(d_s, k));
    put(all[1], naive::multiply(naive::transpose(d_s), q));
    put(all[2], naive::multiply(naive::transpose(p), d_o));
  }
  return all;
}

template <class T>
class AttentionBackwardTest : public testing::Test {
 protected:
  ~AttentionBackwardTest() override { set_threads(threads_); }

  static void expect_right(const AttentionCase<T>& c) {
    const AttentionShape& s = c.shape;
    const auto d_output =
        normal_tensor<T, 3>({s.batch, s.queries, s.heads * s.v_channels}, 4);
    for (const AttentionForm form : kAttentionForms) {
      const Gradients<T> found = gradients_of(c, form, d_output);
      for (std::size_t b = 0; b < s.batch; ++b) {
        const auto want = naive_gradients(c, d_output, b);
        const double allowed = 4 * rounding<T>(s.queries + s.keys);
        EXPECT_LE(max_difference(want[0], example(found.queries, b)), allowed);
        EXPECT_LE(max_difference(want[1], example(found.keys, b)), allowed);
        EXPECT_LE(max_difference(want[2], example(found.values, b)), allowed);
      }
    }
  }

 private:
  int threads_ = threads();
};
TYPED_TEST_SUITE(AttentionBackwardTest, Scalars, ScalarNames);

// Several chunks of queries and ranges of keys, and rests of both.
constexpr AttentionShape kLarge{1, 419, 2100, 2, 5, 7};

TYPED_TEST(AttentionBackwardTest, IsRightForOddExtents) {
  for (const std::size_t queries : {1, 17, 49}) {
    for (const std::size_t keys : {1, 16, 193}) {
      this->expect_right(
          AttentionCase<TypeParam>({2, queries, keys, 2, 3, 33}));
      this->expect_right(
          AttentionCase<TypeParam>({1, queries, keys, 1, 17, 2}));
    }
  }
}

TYPED_TEST(AttentionBackwardTest, IsRightOverChunksAndRanges) {
  ASSERT_GT(attention_backward_cuts<TypeParam>(kLarge).ranges, 1u);
  this->expect_right(AttentionCase<TypeParam>(kLarge));
}

TYPED_TEST(AttentionBackwardTest, HiddenKeysGetNothing) {
  AttentionCase<TypeParam> c({2, 33, 389, 2, 4, 4});
  c.hide([](std::size_t b, std::size_t n) { return b == 1 || n % 3 == 1; });
  this->expect_right(c);
}

TYPED_TEST(AttentionBackwardTest, HeadsThatShareKeysAddUp) {
  using T = TypeParam;
  const AttentionCase<T> c({1, 65, 389, 4, 4, 4});
  AttentionCase<T> shared = c;
  shared.keys = normal_tensor<T, 3>({1, 389, 8}, 5);
  shared.values = normal_tensor<T, 3>({1, 389, 8}, 6);
  // The same with a copy of the keys for each head of queries.
  AttentionCase<T> apart = c;
  for (std::size_t n = 0; n < 389; ++n) {
    for (std::size_t i = 0; i < 16; ++i) {
      apart.keys(0, n, i) = shared.keys(0, n, i / 8 * 4 + i % 4);
      apart.values(0, n, i) = shared.values(0, n, i / 8 * 4 + i % 4);
    }
  }
  const auto d_output = normal_tensor<T, 3>({1, 65, 16}, 4);
  for (const AttentionForm form : kAttentionForms) {
    const Gradients<T> found = gradients_of(shared, form, d_output, 2);
    const Gradients<T> want = gradients_of(apart, form, d_output);
    const double allowed = 4 * rounding<T>(389);
    for (std::size_t n = 0; n < 389; ++n) {
      for (std::size_t i = 0; i < 8; ++i) {
        const std::size_t first = i / 4 * 8 + i % 4;
        EXPECT_NEAR(found.keys(0, n, i),
                    want.keys(0, n, first) + want.keys(0, n, first + 4),
                    allowed);
        EXPECT_NEAR(found.values(0, n, i),
                    want.values(0, n, first) + want.values(0, n, first + 4),
                    allowed);
      }
    }
  }
}

TYPED_TEST(AttentionBackwardTest, BitsDoNotDependOnThreads) {
  using T = TypeParam;
  const AttentionCase<T> c(kLarge);
  const auto d_output = normal_tensor<T, 3>({1, 419, 14}, 4);
  set_threads(1);
  const Gradients<T> one = gradients_of(c, AttentionForm::streaming, d_output);
  for (const int count : {2, 3}) {
    set_threads(count);
    const Gradients<T> many =
        gradients_of(c, AttentionForm::streaming, d_output);
    EXPECT_TRUE(same_bits(one.queries, many.queries));
    EXPECT_TRUE(same_bits(one.keys, many.keys));
    EXPECT_TRUE(same_bits(one.values, many.values));
  }
}

// Far beyond what an exponential holds.
TYPED_TEST(AttentionBackwardTest, LargeLogitsDoNotOverflow) {
  AttentionCase<TypeParam> c({1, 33, 389, 1, 4, 4});
  for (auto& value : c.queries) value *= 100;
  const auto d_output = normal_tensor<TypeParam, 3>({1, 33, 4}, 4);
  const auto found = gradients_of(c, AttentionForm::streaming, d_output);
  for (const auto* each : {&found.queries, &found.keys, &found.values}) {
    for (const auto value : *each) ASSERT_TRUE(std::isfinite(value));
  }
}

}  // namespace
}  // namespace suite
