// All ways to read inputs give the answer of the definition, and cost and hold
// what they say.
#include "primitives/cross_attention/cross_attention.h"

#include <gtest/gtest.h>

#include "primitives/cross_attention/testing.h"
#include "primitives/panels/caches.h"
#include "primitives/threads.h"

namespace suite {
namespace {

template <class T>
class CrossAttentionTest : public testing::Test {
 protected:
  ~CrossAttentionTest() override { set_threads(threads_); }

  static std::string name(const CrossAttentionShape& s,
                          const CrossAttentionPlan& p) {
    return fmt::format("N {}, {} heads, folded keys {} values {}, kept {}",
                       s.inputs, s.heads, p.fold_keys, p.fold_values, p.keep);
  }

  // Logits of ten and more, and sums over C and d: their rounding is the
  // weights' error.
  static constexpr double kAllowed = 2000 * kEpsilon<T>;

 private:
  int threads_ = threads();
};
TYPED_TEST_SUITE(CrossAttentionTest, Scalars, ScalarNames);

TYPED_TEST(CrossAttentionTest, EveryPlanGivesTheDefinitionsAnswer) {
  for (const CrossAttentionShape& shape : shapes()) {
    for (const bool masked : {false, true}) {
      ReadCase<TypeParam> c(shape);
      if (masked) c.hide();
      for (const CrossAttentionPlan& plan : plans()) {
        EXPECT_LE(c.error(c.read(plan)), this->kAllowed)
            << this->name(shape, plan) << ", masked " << masked;
      }
    }
  }
}

TYPED_TEST(CrossAttentionTest, TheNumberOfThreadsChangesNoBit) {
  for (const CrossAttentionShape& shape : shapes()) {
    const ReadCase<TypeParam> c(shape);
    for (const CrossAttentionPlan& plan : plans()) {
      set_threads(1);
      const auto alone = c.read(plan);
      for (const int count : {2, 3}) {
        set_threads(count);
        EXPECT_TRUE(same_bits(c.read(plan), alone)) << this->name(shape, plan);
      }
    }
  }
}

TYPED_TEST(CrossAttentionTest, HoldsWhatItDeclaresAndAllocatesOnce) {
  using T = TypeParam;
  for (const int count : {1, 3}) {
    set_threads(count);
    for (const CrossAttentionShape& shape : shapes()) {
      const ReadCase<T> c(shape);
      for (const CrossAttentionPlan& plan : plans()) {
        CrossAttention<T> attention(AttentionForm::streaming);
        Tensor<T, 3> output = c.read(plan);
        Ledger ledger;
        const auto read = [&] {
          attention.forward(c.queries, c.inputs, c.mask, c.maps(), shape.heads,
                            plan, output, ledger);
        };
        const std::int64_t before = MemoryMeter::held();
        MemoryMeter::reset_peak();
        read();
        const auto declared =
            static_cast<std::int64_t>(CrossAttention<T>::buffer_bytes(
                shape, AttentionForm::streaming, plan, count));
        EXPECT_EQ(MemoryMeter::peak() - before, declared)
            << this->name(shape, plan);
        const std::int64_t allocations = MemoryMeter::allocations();
        read();
        EXPECT_EQ(MemoryMeter::allocations(), allocations)
            << this->name(shape, plan);
      }
    }
  }
}

// What is kept is projected once, until the attention forgets it.
TYPED_TEST(CrossAttentionTest, ProjectsOnceWhatItKeeps) {
  using T = TypeParam;
  const ReadCase<T> c({2, 17, 33, 7, 6, 10, 2});
  const std::uint64_t once = 2 * 33 * 7 * (6 + 10);
  const auto projected = [&](CrossAttention<T>& attention,
                             const CrossAttentionPlan& plan) {
    Ledger ledger;
    EXPECT_LE(c.error(c.read(attention, plan, ledger)), this->kAllowed);
    return ledger.counted()[Part::key_value_projection].macs;
  };
  CrossAttention<T> keeps(AttentionForm::streaming);
  EXPECT_EQ(projected(keeps, {.keep = true}), once);
  EXPECT_EQ(projected(keeps, {.keep = true}), 0u);
  keeps.forget();
  EXPECT_EQ(projected(keeps, {.keep = true}), once);
  for (const AttentionForm form :
       {AttentionForm::streaming, AttentionForm::materialised}) {
    CrossAttention<T> literal(form);
    EXPECT_EQ(projected(literal, {}), once);
    EXPECT_EQ(projected(literal, {}), once);
  }
}

// What is kept lies head by head, and gives the bits that it gave side by side.
TYPED_TEST(CrossAttentionTest, KeepsEachHeadByItself) {
  using T = TypeParam;
  for (const CrossAttentionShape& s : shapes()) {
    for (const bool masked : {false, true}) {
      ReadCase<T> c(s);
      if (masked) c.hide();
      CrossAttention<T> attention(AttentionForm::streaming);
      Ledger ledger;
      const auto output = c.read(attention, {.keep = true}, ledger);
      const Tensor<T, 3>& keys = attention.kept().keys();
      const Tensor<T, 3>& values = attention.kept().values();
      const std::size_t qk = s.qk_channels / s.heads;
      const std::size_t v = s.v_channels / s.heads;
      ASSERT_EQ(keys.shape(0), s.batch * s.heads);
      ASSERT_EQ(keys.shape(2), qk);
      ASSERT_EQ(values.shape(2), v);
      Tensor<T, 3> normed = c.inputs, all_keys, all_values, beside;
      if (s.normed) {
        layer_norm(c.inputs, c.norm, normed, ledger[Part::layer_norm]);
      }
      linear(normed, c.key, all_keys, ledger[Part::key_value_projection]);
      linear(normed, c.value, all_values, ledger[Part::key_value_projection]);
      for (std::size_t b = 0; b < s.batch; ++b) {
        for (std::size_t n = 0; n < s.inputs; ++n) {
          for (std::size_t i = 0; i < s.qk_channels; ++i) {
            ASSERT_EQ(keys(b * s.heads + i / qk, n, i % qk), all_keys(b, n, i));
          }
          for (std::size_t i = 0; i < s.v_channels; ++i) {
            ASSERT_EQ(values(b * s.heads + i / v, n, i % v),
                      all_values(b, n, i));
          }
        }
      }
      make_attention<T>(AttentionForm::streaming)
          ->forward({c.queries, all_keys, all_values, c.mask, s.heads}, beside,
                    ledger);
      EXPECT_TRUE(same_bits(output, beside)) << s.inputs << ' ' << masked;
    }
  }
}

TYPED_TEST(CrossAttentionTest, RefusesHeadsThatDoNotDivide) {
  using T = TypeParam;
  const ReadCase<T> c({2, 17, 33, 7, 6, 10, 4});
  EXPECT_THROW(c.read({.keep = true}), Error);
}

TYPED_TEST(CrossAttentionTest, MemoryDoesNotGrowWithTheInputs) {
  const auto bytes = [](std::size_t inputs) {
    CrossAttentionShape shape{1, 64, inputs, 32, 32, 32, 4};
    return bytes_laid_out<OnePass<TypeParam>>(2, shape, CrossAttentionPlan{});
  };
  EXPECT_EQ(bytes(1 << 20), bytes(1 << 16));
}

TYPED_TEST(CrossAttentionTest, CutsMeetEveryInputOnce) {
  for (std::size_t inputs = 1; inputs < 70000; inputs = inputs * 3 / 2 + 1) {
    const CrossAttentionShape shape{1, 1, inputs, 1, 1, 1, 1};
    const OnePassCuts cuts = one_pass_cuts<TypeParam>(shape);
    EXPECT_GE(cuts.ranges * cuts.range, inputs);
    EXPECT_LT((cuts.ranges - 1) * cuts.range, inputs);
    EXPECT_GE(cuts.tile, 1u);
    EXPECT_LE(cuts.tile, std::min(cuts.range, depth_tile<TypeParam>()));
  }
}

TYPED_TEST(CrossAttentionTest, RefusesWidthsThatDoNotFit) {
  using T = TypeParam;
  ReadCase<T> c({2, 17, 33, 7, 6, 10, 2});
  c.value = Linear<T>(8, 10);
  EXPECT_THROW(c.read(CrossAttentionPlan()), Error);
}

}  // namespace
}  // namespace suite
