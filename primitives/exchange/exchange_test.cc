#include "primitives/exchange/exchange.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "primitives/exchange/range_tree.h"
#include "primitives/exchange/rank_threads.h"

namespace suite {
namespace {

const std::size_t kInputs[] = {1,    7,     8,     63,     389,    512,
                               1000, 65535, 65536, 100003, 5000000};

TEST(RangeTree, RangesAreAPowerOfTwoAndCoverAllInputsEvenly) {
  for (const std::size_t inputs : kInputs) {
    const RangeTree tree = range_tree(inputs);
    EXPECT_TRUE(std::has_single_bit(tree.ranges)) << inputs;
    EXPECT_EQ(tree.first(0), 0u);
    EXPECT_EQ(tree.first(tree.ranges), inputs);
    const std::size_t shortest = inputs / tree.ranges;
    ASSERT_GT(shortest, 0u);
    for (std::size_t range = 0; range < tree.ranges; ++range) {
      const std::size_t size = tree.first(range + 1) - tree.first(range);
      EXPECT_GE(size, shortest);
      EXPECT_LE(size, tree.longest());
    }
    EXPECT_LE(tree.longest(), shortest + 1);
  }
  // The check of a cell, on 389 inputs, is over as many ranks as the cell.
  EXPECT_GE(range_tree(389).ranges, 32u);
  EXPECT_THROW(range_tree(0), Error);
}

TEST(InputShare, RanksOwnAllInputsOnceInTheirOrder) {
  for (const std::size_t inputs : kInputs) {
    const std::size_t most =
        std::min<std::size_t>(64, range_tree(inputs).ranges);
    for (std::size_t ranks = 1; ranks <= most; ranks *= 2) {
      std::size_t next = 0;
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        const InputShare share = share_of(inputs, rank, ranks);
        EXPECT_EQ(share.first(), next);
        EXPECT_GT(share.inputs(), 0u);
        next += share.inputs();
      }
      EXPECT_EQ(next, inputs);
    }
    EXPECT_THROW(share_of(inputs, 0, 2 * range_tree(inputs).ranges), Error);
  }
  EXPECT_THROW(share_of(65536, 0, 0), Error);
  EXPECT_THROW(share_of(65536, 0, 3), Error);
  EXPECT_THROW(share_of(65536, 4, 4), Error);
}

// What was merged with what, as text: "(0001(0002 0003))" and the like.
std::string merged(const std::string& left, const std::string& right) {
  return "(" + left + right + ")";
}
std::string whole_tree(std::size_t first, std::size_t leaves) {
  if (leaves == 1) return fmt::format("{:06}", first);
  return merged(whole_tree(first, leaves / 2),
                whole_tree(first + leaves / 2, leaves / 2));
}

std::string merged_by_counter(std::size_t first, std::size_t leaves) {
  std::vector<std::string> slots(std::countr_zero(leaves) + 1);
  BinaryCounter counter;
  for (std::size_t leaf = first; leaf < first + leaves; ++leaf) {
    slots.at(counter.slot()) = fmt::format("{:06}", leaf);
    counter.add([&](std::size_t left, std::size_t right) {
      slots.at(left) = merged(slots.at(left), slots.at(right));
    });
  }
  return slots[0];
}

TEST(RangeTree, IsTheSameHoweverItIsCutIntoUnitsAndRanks) {
  const std::size_t inputs = 130000;
  const std::size_t leaves = range_tree(inputs).ranges;
  const std::string whole = whole_tree(0, leaves);
  for (int ranks = 1; ranks <= 32; ranks *= 2) {
    std::vector<std::string> answers(ranks);
    const std::vector<Sent> sent = run_ranks(ranks, [&](Exchange& exchange) {
      const auto rank = static_cast<std::size_t>(exchange.rank());
      const InputShare share = share_of(inputs, rank, exchange.size());
      for (std::size_t units = 1; units <= share.ranges(); units *= 2) {
        const std::size_t each = share.ranges() / units;
        std::vector<std::string> states;
        for (std::size_t unit = 0; unit < units; ++unit) {
          states.push_back(
              merged_by_counter(rank * share.ranges() + unit * each, each));
        }
        merge_subtrees(units, [&](std::size_t left, std::size_t right) {
          states.at(left) = merged(states.at(left), states.at(right));
        });
        std::string mine = states[0];
        for_each_round(share, [&](std::size_t partner, bool lower) {
          std::string other(mine.size(), ' ');
          exchange.swap(static_cast<int>(partner),
                        std::as_bytes(std::span(mine)),
                        std::as_writable_bytes(std::span(other)));
          mine = lower ? merged(other, mine) : merged(mine, other);
        });
        EXPECT_EQ(mine, whole) << ranks << " ranks, " << units << " units";
        answers[rank] = mine;
      }
    });
    EXPECT_EQ(answers, std::vector<std::string>(ranks, whole));
    const std::size_t cuts = std::countr_zero(leaves / ranks) + 1;
    for (const Sent& each : sent) {
      EXPECT_EQ(each.messages, cuts * std::countr_zero<unsigned>(ranks));
    }
  }
}

// Ranks pass their subtrees round: whoever begins, the tree is the same.
TEST(ArrivingSubtrees, MergeAlongTheTreeInWhateverOrderTheyCome) {
  const std::size_t inputs = 40000, leaves = range_tree(inputs).ranges;
  const std::string whole = whole_tree(0, leaves);
  for (std::size_t ranks = 1; ranks <= 32; ranks *= 2) {
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      const InputShare share = share_of(inputs, rank, ranks);
      const std::size_t slots = slots_for_passing(share);
      EXPECT_LE(slots, std::max<std::size_t>(1, 2 * share.rounds()));
      std::vector<std::string> states(slots);
      ArrivingSubtrees subtrees(ranks);
      for (std::size_t step = 0; step < ranks; ++step) {
        const std::size_t from = passing_by(share, step);
        states.at(subtrees.slot()) =
            merged_by_counter(from * share.ranges(), share.ranges());
        subtrees.add(from, [&](std::size_t left, std::size_t right) {
          states.at(left) = merged(states.at(left), states.at(right));
        });
      }
      EXPECT_EQ(states.at(subtrees.root()), whole) << rank << " of " << ranks;
    }
  }
}

TEST(RankThreads, DeliverWhatIsSentToWhomItIsSent) {
  const std::vector<Sent> sent = run_ranks(4, [](Exchange& exchange) {
    const int rank = exchange.rank();
    EXPECT_EQ(exchange.size(), 4);
    const std::vector<int> mine = {rank, 10 * rank};
    std::vector<int> other(2), all(8);
    Ledger ledger;
    swap_values<int>(exchange, 3 - rank, mine, other, ledger);
    EXPECT_EQ(other, (std::vector<int>{3 - rank, 30 - 10 * rank}));
    EXPECT_EQ(ledger.counted()[Part::exchange], Work{.bytes_moved = 8});
    exchange.gather(std::as_bytes(std::span(mine)),
                    std::as_writable_bytes(std::span(all)));
    EXPECT_EQ(all, (std::vector<int>{0, 0, 1, 10, 2, 20, 3, 30}));
    int told = rank == 0 ? 17 : 0;
    exchange.broadcast(std::as_writable_bytes(std::span(&told, 1)));
    EXPECT_EQ(told, 17);
    exchange.barrier();
    // Round in a ring, each one value more than the rank before.
    const int before = (rank + 3) % 4;
    const std::vector<int> own(rank + 1, rank);
    std::vector<int> passed(before + 1);
    pass_values<int>(exchange, (rank + 1) % 4, own, before, passed, ledger);
    EXPECT_EQ(passed, std::vector<int>(before + 1, before));
  });
  for (std::size_t rank = 0; rank < 4; ++rank) {
    EXPECT_EQ(sent[rank].bytes, 8 + 4 * (rank + 1));
    EXPECT_EQ(sent[rank].messages, 2u);
  }
}

TEST(RankThreads, WhoAwaitsWhatGoesElsewhereIsTold) {
  EXPECT_THROW(run_ranks(3,
                         [](Exchange& exchange) {
                           const int next = (exchange.rank() + 1) % 3;
                           exchange.pass(next, {}, next, {});
                         }),
               Error);
}

TEST(RankThreads, WhoOnlyCountsSendsNothing) {
  const std::vector<Sent> sent = run_ranks(2, [](Exchange& exchange) {
    const std::vector<double> mine(5, 1);
    std::vector<double> other(5, 2);
    Ledger ledger(Ledger::Mode::count_only);
    swap_values<double>(exchange, 1 - exchange.rank(), mine, other, ledger);
    EXPECT_EQ(ledger.counted()[Part::exchange], Work{.bytes_moved = 40});
    EXPECT_EQ(other[0], 2);
  });
  EXPECT_EQ(sent[0].bytes, 0u);
}

TEST(RankThreads, AnErrorOnOneRankEndsAll) {
  for (const int culprit : {0, 2}) {
    try {
      run_ranks(3, [&](Exchange& exchange) {
        require(exchange.rank() != culprit, "rank {} fails", culprit);
        exchange.barrier();
        FAIL() << "the barrier let a rank pass";
      });
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), fmt::format("rank {} fails", culprit));
    }
  }
  EXPECT_THROW(
      run_ranks(2, [](Exchange& exchange) { exchange.swap(2, {}, {}); }),
      Error);
}

TEST(OneRank, HasNobodyToSendTo) {
  OneRank alone;
  EXPECT_EQ(alone.rank(), 0);
  EXPECT_EQ(alone.size(), 1);
  EXPECT_THROW(alone.swap(1, {}, {}), Error);
  const int mine = 5;
  int all = 0;
  alone.gather(std::as_bytes(std::span(&mine, 1)),
               std::as_writable_bytes(std::span(&all, 1)));
  EXPECT_EQ(all, 5);
}

}  // namespace
}  // namespace suite
