// Latents read inputs that ranks own: the definition's answer, with the same
// bits for every number of ranks and threads, at the declared cost.
#include <gtest/gtest.h>
#include <omp.h>

#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/cross_attention/testing.h"
#include "primitives/exchange/rank_threads.h"

namespace suite {
namespace {

std::vector<CrossAttentionPlan> passes() {
  std::vector<CrossAttentionPlan> all = plans();
  std::erase_if(all, [](const CrossAttentionPlan& plan) { return plan.keep; });
  return all;
}

// A rest everywhere, a batch, several heads; and enough inputs that a unit has
// several ranges.
std::vector<CrossAttentionShape> shared_shapes() {
  return {{2, 17, 300, 7, 6, 10, 2},
          {1, 5, 9001, 8, 8, 8, 1},
          {3, 16, 777, 16, 16, 16, 1, /*normed=*/false}};
}

template <class T>
Tensor<T, 3> rows_of(const Tensor<T, 3>& all, std::size_t first,
                     std::size_t count) {
  Tensor<T, 3> rows;
  rows.resize({all.shape(0), count, all.shape(2)});
  for (std::size_t b = 0; b < all.shape(0); ++b) {
    for (std::size_t r = 0; r < count; ++r) {
      std::copy_n(&all(b, first + r, 0), all.shape(2), &rows(b, r, 0));
    }
  }
  return rows;
}

// The answer of rank 0, whose bits are those of the others.
template <class T>
Tensor<T, 3> read_over_ranks(const ReadCase<T>& c,
                             const CrossAttentionPlan& plan, int ranks,
                             int threads_each = 1) {
  std::vector<Tensor<T, 3>> outputs(ranks);
  std::vector<Ledger> ledgers(ranks);
  const std::vector<Sent> sent = run_ranks(ranks, [&](Exchange& exchange) {
    omp_set_num_threads(threads_each);
    const int rank = exchange.rank();
    const InputShare share = share_of(c.shape.inputs, rank, ranks);
    CrossAttention<T> attention(AttentionForm::streaming);
    attention.share_out(share, exchange);
    attention.forward(
        c.queries, rows_of(c.inputs, share.first(), share.inputs()), c.mask,
        c.maps(), c.shape.heads, plan, outputs[rank], ledgers[rank]);
  });
  for (int rank = 0; rank < ranks; ++rank) {
    EXPECT_TRUE(same_bits(outputs[rank], outputs[0]))
        << rank << " of " << ranks;
    EXPECT_EQ(ledgers[rank].counted()[Part::exchange].bytes_moved,
              sent[rank].bytes);
  }
  return outputs[0];
}

template <class T>
class OverRanksTest : public testing::Test {
 protected:
  static constexpr double kAllowed = 2000 * kEpsilon<T>;
};
TYPED_TEST_SUITE(OverRanksTest, Scalars, ScalarNames);

TYPED_TEST(OverRanksTest, EveryNumberOfRanksAndThreadsGivesTheSameBits) {
  for (const CrossAttentionShape& shape : shared_shapes()) {
    const ReadCase<TypeParam> c(shape);
    for (const CrossAttentionPlan& plan : passes()) {
      const auto alone = read_over_ranks(c, plan, 1);
      EXPECT_LE(c.error(alone), this->kAllowed) << shape.inputs;
      CrossAttentionPlan by_halves = plan;
      by_halves.merge = RankMerge::allreduce;
      for (const int ranks : {2, 4, 32}) {
        EXPECT_TRUE(same_bits(read_over_ranks(c, plan, ranks), alone))
            << plan.text() << ", " << ranks << " ranks, N " << shape.inputs;
        EXPECT_TRUE(same_bits(read_over_ranks(c, by_halves, ranks), alone))
            << plan.text() << ", by halves, " << ranks << " ranks, N "
            << shape.inputs;
      }
      EXPECT_TRUE(same_bits(read_over_ranks(c, plan, 1, 3), alone));
      EXPECT_TRUE(same_bits(read_over_ranks(c, plan, 2, 2), alone));
    }
  }
}

// The arithmetic of what all ranks send together, whichever of them has a panel
// more.
TYPED_TEST(OverRanksTest, AnAllReduceSendsTwiceTheStatesToAllButOne) {
  using T = TypeParam;
  for (const CrossAttentionShape& shape : shared_shapes()) {
    const std::uint64_t states = sizeof(T) * shape.batch *
                                 padded<T>(shape.latents) *
                                 (shape.v_channels + 2 * shape.heads);
    for (std::size_t ranks = 1; ranks <= 32; ranks *= 2) {
      std::uint64_t sent = 0;
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        CrossAttentionPlan plan;
        plan.share = share_of(shape.inputs, rank, ranks);
        plan.merge = RankMerge::allreduce;
        sent += formula::cross_attention(shape, shape.qk_channels, plan, 1,
                                         Bias::with, AttentionForm::streaming,
                                         sizeof(T), 1)[Part::exchange]
                    .bytes_moved;
      }
      EXPECT_EQ(sent, 2 * states * (ranks - 1)) << ranks;
    }
  }
}

// 1, 2, …, 32 ranks: each counts what the formula says of its share, and holds
// what was laid out; what is sent doesn't grow with N.
TYPED_TEST(OverRanksTest, CountsWhatIsDeclaredOfEveryShare) {
  using T = TypeParam;
  for (CrossAttentionShape shape : shared_shapes()) {
    const ReadCase<T> c(shape);
    std::vector<CrossAttentionPlan> all = passes();
    all.push_back({.merge = RankMerge::allreduce});
    for (const CrossAttentionPlan& plan : all) {
      for (int ranks = 1; ranks <= 32; ranks *= 2) {
        run_ranks(ranks, [&](Exchange& exchange) {
          const InputShare share =
              share_of(c.shape.inputs, exchange.rank(), ranks);
          CrossAttention<T> attention(AttentionForm::streaming);
          attention.share_out(share, exchange);
          Tensor<T, 3> inputs, output;
          inputs.resize({c.shape.batch, share.inputs(), c.shape.channels});
          Ledger ledger(Ledger::Mode::count_only);
          attention.forward(c.queries, inputs, c.mask, c.maps(), c.shape.heads,
                            plan, output, ledger);
          CrossAttentionShape own = c.shape;
          own.inputs = share.inputs();
          CrossAttentionPlan with_share = plan;
          with_share.share = share;
          Cost declared = formula::cross_attention(
              own, own.qk_channels, with_share, 1, Bias::with,
              AttentionForm::streaming, sizeof(T), 1);
          declared[Part::query_projection] = {};  // the caller's
          EXPECT_EQ(ledger.counted().parts, declared.parts)
              << plan.text() << ", rank " << exchange.rank() << " of " << ranks;
          if (plan.merge == RankMerge::allreduce) return;
          const std::size_t v =
              plan.fold_values ? own.heads * own.channels : own.v_channels;
          EXPECT_EQ(declared[Part::exchange].bytes_moved,
                    share.rounds() * sizeof(T) * own.batch *
                        padded<T>(own.latents) * (v + 2 * own.heads));
        });
      }
    }
  }
}

TEST(OverRanks, RefusesWhatIsNotSharedOut) {
  ReadCase<float> c(CrossAttentionShape{1, 5, 100, 8, 8, 8, 1});
  OneRank alone;
  CrossAttention<float> attention(AttentionForm::streaming);
  Ledger ledger;
  attention.share_out(share_of(100, 0, 1), alone);
  EXPECT_THROW(c.read(attention, {.keep = true}, ledger), Error);
  EXPECT_NO_THROW(c.read(attention, {}, ledger));
  attention.share_out(share_of(101, 0, 1), alone);
  EXPECT_THROW(c.read(attention, {}, ledger), Error);  // another N
  attention.share_out(share_of(100, 0, 1), alone);
  AttentionTrace<float> trace;
  Tensor<float, 3> output;
  EXPECT_THROW(attention.forward(c.queries, c.inputs, c.mask, c.maps(), 1, {},
                                 output, ledger, &trace),
               Error);
  c.hide();
  EXPECT_THROW(c.read(attention, {}, ledger), Error);
  CrossAttention<float> all_kept(AttentionForm::materialised);
  all_kept.share_out(share_of(100, 0, 1), alone);
  c.mask = Mask();
  EXPECT_THROW(c.read(all_kept, {}, ledger), Error);
}

}  // namespace
}  // namespace suite
