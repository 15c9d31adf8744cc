// What attention costs and holds, and what must not change its bits.
#include <gtest/gtest.h>

#include "primitives/attention/materialised.h"
#include "primitives/attention/testing.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// One of everything, a rest everywhere, several tiles, split keys, several
// chunks.
std::vector<AttentionShape> shapes() {
  return {{1, 1, 1, 1, 1, 1},        {2, 17, 49, 3, 5, 2},
          {1, 49, 193, 2, 16, 33},   {1, 193, 613, 4, 3, 8},
          {1, 5, 2 * 2048, 1, 4, 3}, {2, 2, 5 * 2048 + 7, 2, 1, 2},
          {1, 613, 17, 1, 2, 1024}};
}

template <class T>
std::uint64_t buffer_bytes(AttentionForm form, const AttentionShape& shape) {
  return form == AttentionForm::streaming
             ? bytes_laid_out<StreamingAttention<T>>(threads(), shape)
             : bytes_laid_out<MaterialisedAttention<T>>(threads(), shape);
}

template <class T>
class AttentionCostTest : public testing::Test {
 protected:
  AttentionCostTest() : threads_(threads()) {}
  ~AttentionCostTest() override { set_threads(threads_); }

 private:
  int threads_;
};
TYPED_TEST_SUITE(AttentionCostTest, Scalars, ScalarNames);

TYPED_TEST(AttentionCostTest, CountsEveryPairOfQueryAndKey) {
  using T = TypeParam;
  for (const AttentionShape& s : shapes()) {
    for (const AttentionForm form : kAttentionForms) {
      for (const bool masked : {false, true}) {
        AttentionCase<T> c(s);
        if (masked) c.hide([](std::size_t, std::size_t n) { return n % 3; });
        // Streaming leaves hidden keys out, the definition multiplies them.
        const bool all = !masked || form == AttentionForm::materialised;
        const std::size_t keys = all ? s.keys : (s.keys + 2) / 3;
        Tensor<T, 3> output;
        Ledger ledger;
        make_attention<T>(form)->forward(c.inputs(), output, ledger);
        const std::size_t heads = s.batch * s.heads,
                          pairs = heads * s.queries * keys;
        const std::size_t weights =
            form == AttentionForm::materialised ? pairs * sizeof(T) : 0;
        const std::size_t operands = heads * (s.queries + keys) * sizeof(T);
        Cost expected;
        expected[Part::scores] = {
            .macs = pairs * s.qk_channels,
            .bytes_moved = operands * s.qk_channels + weights};
        expected[Part::softmax] = {.logits = pairs, .bytes_moved = 2 * weights};
        expected[Part::weighted_sum] = {
            .macs = pairs * s.v_channels,
            .bytes_moved = operands * s.v_channels + weights};
        EXPECT_EQ(ledger.counted().parts, expected.parts)
            << int(form) << ' ' << s.queries << ' ' << s.keys;
      }
    }
  }
}

TYPED_TEST(AttentionCostTest, HoldsTheBytesThatItDeclares) {
  using T = TypeParam;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    for (const AttentionShape& s : shapes()) {
      for (const AttentionForm form : kAttentionForms) {
        const AttentionCase<T> c(s);
        Tensor<T, 3> output = c.answer(form);
        const auto attention = make_attention<T>(form);
        Ledger ledger;
        const std::int64_t before = MemoryMeter::held();
        MemoryMeter::reset_peak();
        attention->forward(c.inputs(), output, ledger);
        const auto declared =
            static_cast<std::int64_t>(buffer_bytes<T>(form, s));
        EXPECT_EQ(MemoryMeter::held() - before, declared)
            << int(form) << ' ' << s.queries << ' ' << s.keys << ' ' << count;
        EXPECT_EQ(MemoryMeter::peak() - before, declared)
            << int(form) << ' ' << s.queries << ' ' << s.keys << ' ' << count;
      }
    }
  }
}

TYPED_TEST(AttentionCostTest, GivesBackWhatASmallerShapeDoesNotNeed) {
  using T = TypeParam;
  for (const AttentionForm form : kAttentionForms) {
    const std::int64_t before = MemoryMeter::held();
    const auto attention = make_attention<T>(form);
    for (const AttentionShape& s : shapes()) {
      AttentionCase<T>(s).answer(*attention);
      EXPECT_EQ(MemoryMeter::held() - before,
                static_cast<std::int64_t>(buffer_bytes<T>(form, s)))
          << int(form) << ' ' << s.queries << ' ' << s.keys;
    }
  }
}

TYPED_TEST(AttentionCostTest, ASecondForwardAllocatesNothing) {
  using T = TypeParam;
  for (const int count : {1, 3}) {
    set_threads(count);
    for (const AttentionShape& s : shapes()) {
      for (const AttentionForm form : kAttentionForms) {
        const AttentionCase<T> c(s);
        const auto attention = make_attention<T>(form);
        Tensor<T, 3> output;
        Ledger ledger;
        attention->forward(c.inputs(), output, ledger);
        const std::int64_t before = MemoryMeter::allocations();
        attention->forward(c.inputs(), output, ledger);
        EXPECT_EQ(MemoryMeter::allocations(), before) << int(form);
      }
    }
  }
}

TYPED_TEST(AttentionCostTest, TheNumberOfThreadsChangesNoBitOfStreaming) {
  using T = TypeParam;
  for (const AttentionShape& s : shapes()) {
    AttentionCase<T> c(s);
    c.hide([](std::size_t b, std::size_t n) { return (n + b) % 5 == 1; });
    set_threads(1);
    const Tensor<T, 3> alone = c.answer(AttentionForm::streaming);
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      EXPECT_TRUE(same_bits(c.answer(AttentionForm::streaming), alone))
          << s.queries << ' ' << s.keys << ' ' << count;
    }
  }
}

// BLAS cuts a product by its threads, and sums in another order.
TYPED_TEST(AttentionCostTest, AnyNumberOfThreadsMayShareTheMaterialised) {
  using T = TypeParam;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    for (const AttentionShape& s : shapes()) {
      const AttentionCase<T> c(s);
      const auto output = c.answer(AttentionForm::materialised);
      EXPECT_LE(c.error(output, 29), 64 * kEpsilon<T>)
          << s.queries << ' ' << s.keys << ' ' << count;
      EXPECT_TRUE(same_bits(c.answer(AttentionForm::materialised), output));
    }
  }
}

// Streaming holds no array of queries times keys.
TYPED_TEST(AttentionCostTest, StreamingDoesNotGrowWithTheKeys) {
  using T = TypeParam;
  set_threads(1);
  // So many heads that keys are not split.
  const AttentionShape some{1, 193, 1 << 12, 64, 16, 16};
  AttentionShape many = some;
  many.keys = 1 << 20;
  EXPECT_EQ(bytes_laid_out<StreamingAttention<T>>(1, many),
            bytes_laid_out<StreamingAttention<T>>(1, some));
}

TYPED_TEST(AttentionCostTest, APlanMeetsEveryQueryAndKeyOnce) {
  using T = TypeParam;
  std::vector<AttentionShape> all = shapes();
  for (const std::size_t extent : kOddExtents) {
    all.push_back({1, extent, 7, 1, 1, 4096});
    all.push_back({1, 1, 97 * extent, 1, 64, 64});
    all.push_back({3, 97 * extent, 97 * extent, 5, 512, 1024});
  }
  for (const AttentionShape& s : all) {
    const StreamingPlan plan = streaming_plan<T>(s);
    // As many as are needed, and none without anything to do.
    EXPECT_GE(plan.query_chunks * plan.query_chunk, s.queries);
    EXPECT_LT((plan.query_chunks - 1) * plan.query_chunk, s.queries);
    EXPECT_GE(plan.key_ranges * plan.keys_per_range, s.keys);
    EXPECT_LT((plan.key_ranges - 1) * plan.keys_per_range, s.keys);
    EXPECT_GE(plan.key_tile, 1u);
    EXPECT_LE(plan.key_tile, s.keys);
    EXPECT_EQ(plan.units,
              s.batch * s.heads * plan.query_chunks * plan.key_ranges);
    EXPECT_GE(plan.state_values, plan.query_chunk * (2 + s.v_channels));
  }
}

}  // namespace
}  // namespace suite
