// What attention accepts, and what it refuses.
#include <gtest/gtest.h>

#include "primitives/attention/materialised.h"
#include "primitives/attention/testing.h"

namespace suite {
namespace {

template <class T>
class AttentionInputsTest : public testing::Test {};
TYPED_TEST_SUITE(AttentionInputsTest, Scalars, ScalarNames);

TYPED_TEST(AttentionInputsTest, TellTheirShape) {
  const AttentionCase<TypeParam> c({2, 3, 5, 2, 4, 6});
  const AttentionShape shape = c.inputs().shape();
  EXPECT_EQ(shape.batch, 2u);
  EXPECT_EQ(shape.queries, 3u);
  EXPECT_EQ(shape.keys, 5u);
  EXPECT_EQ(shape.heads, 2u);
  EXPECT_EQ(shape.qk_channels, 4u);
  EXPECT_EQ(shape.v_channels, 6u);
}

TYPED_TEST(AttentionInputsTest, HaveAMaskForEveryExampleOrNone) {
  AttentionCase<TypeParam> c({2, 3, 5, 2, 4, 6});
  EXPECT_EQ(c.inputs().valid_keys(1), nullptr);
  c.hide([](std::size_t, std::size_t) { return true; });
  EXPECT_EQ(c.inputs().valid_keys(0), &c.mask(0, 0));
  EXPECT_EQ(c.inputs().valid_keys(1), &c.mask(1, 0));
}

TYPED_TEST(AttentionInputsTest, RefusesTensorsThatDoNotBelongTogether) {
  using T = TypeParam;
  const AttentionCase<T> c({2, 3, 5, 2, 4, 6});
  const auto refuses = [&](auto spoil) {
    AttentionCase<T> other = c;
    spoil(other);
    EXPECT_THROW(other.inputs().shape(), Error);
    for (const AttentionForm form : kAttentionForms) {
      EXPECT_THROW(other.answer(form), Error);
    }
  };
  refuses([](auto& x) { x.keys.resize({1, 5, 8}); });
  refuses([](auto& x) { x.values.resize({1, 5, 12}); });
  refuses([](auto& x) { x.values.resize({2, 4, 12}); });
  refuses([](auto& x) { x.keys.resize({2, 5, 6}); });
  refuses([](auto& x) { x.shape.heads = 0; });
  refuses([](auto& x) { x.shape.heads = 3; });  // of 8 query channels
  refuses([](auto& x) { x.shape.heads = 8; });  // of 12 value channels
  refuses([](auto& x) { x.mask.resize({2, 4}); });
  refuses([](auto& x) { x.mask.resize({1, 5}); });
}

TYPED_TEST(AttentionInputsTest, RefusesHeadsOfKeysThatDoNotDivideThoseOfQueries) {
  using T = TypeParam;
  const AttentionCase<T> c({2, 3, 5, 6, 4, 6});
  const auto shape = [&](std::size_t key_heads) {
    const Tensor<T, 3> keys = normal_tensor<T, 3>({2, 5, key_heads * 4}, 1);
    const Tensor<T, 3> values = normal_tensor<T, 3>({2, 5, key_heads * 6}, 1);
    return AttentionInputs<T>{c.queries, keys, values, c.mask, 6, key_heads}
        .shape();
  };
  EXPECT_EQ(shape(2).heads_of_keys(), 2u);
  EXPECT_EQ(shape(2).qk_channels, 4u);
  EXPECT_EQ(shape(2).key_head(2), 0u);
  EXPECT_EQ(shape(2).key_head(3), 1u);
  for (const std::size_t key_heads : {4, 5, 12}) {
    EXPECT_THROW(shape(key_heads), Error);
  }
}

TYPED_TEST(AttentionInputsTest, SayWhereAHeadLies) {
  using T = TypeParam;
  const AttentionCase<T> c({2, 3, 5, 2, 4, 6});
  const Tensor<T, 3> keys = by_heads(c.keys, 2), values = by_heads(c.values, 2);
  const AttentionInputs<T> beside = c.inputs();
  AttentionInputs<T> apart{c.queries, keys, values, c.mask, 2};
  EXPECT_THROW(apart.shape(), Error) << "as if they lay side by side";
  apart.by_heads = true;
  const AttentionShape shape = apart.shape();
  EXPECT_EQ(shape.batch, 2u);
  EXPECT_EQ(shape.keys, 5u);
  EXPECT_EQ(shape.qk_channels, 4u);
  EXPECT_EQ(shape.v_channels, 6u);
  EXPECT_EQ(apart.shown_keys(), beside.shown_keys());
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t h = 0; h < 2; ++h) {
      EXPECT_EQ(beside.keys_of(b, h).data, &c.keys(b, 0, 4 * h));
      EXPECT_EQ(beside.values_of(b, h).stride, 12u);
      EXPECT_EQ(apart.keys_of(b, h).data, &keys(2 * b + h, 0, 0));
      EXPECT_EQ(apart.keys_of(b, h).stride, 4u);
      EXPECT_EQ(max_difference(naive::Matrix(beside.values_of(b, h)),
                               apart.values_of(b, h)),
                0);
    }
  }
  AttentionInputs<T> side_by_side = c.inputs();
  side_by_side.by_heads = true;
  EXPECT_THROW(side_by_side.shape(), Error);
}

TYPED_TEST(AttentionInputsTest, StreamingRefusesToHaveNothingToDo) {
  using T = TypeParam;
  for (const AttentionShape& shape :
       {AttentionShape{0, 3, 5, 2, 4, 6}, AttentionShape{1, 0, 5, 2, 4, 6},
        AttentionShape{1, 3, 0, 2, 4, 6}}) {
    EXPECT_THROW(AttentionCase<T>(shape).answer(AttentionForm::streaming),
                 Error);
    EXPECT_THROW(bytes_laid_out<StreamingAttention<T>>(1, shape), Error);
  }
}

TYPED_TEST(AttentionInputsTest, IsMadeByTheNameOfItsForm) {
  using T = TypeParam;
  const auto materialised = make_attention<T>(attention_form("materialised"));
  const auto streaming = make_attention<T>(attention_form("streaming"));
  EXPECT_NE(dynamic_cast<MaterialisedAttention<T>*>(materialised.get()),
            nullptr);
  EXPECT_NE(dynamic_cast<StreamingAttention<T>*>(streaming.get()), nullptr);
  EXPECT_THROW(attention_form("flash"), Error);
}

}  // namespace
}  // namespace suite
