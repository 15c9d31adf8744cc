// Perceivers whose inputs ranks own: each draws its share, all answer with the
// same bits, and count and hold what they declare.
#include <gtest/gtest.h>

#include <cstring>

#include "contract/agreement.h"
#include "contract/registry.h"
#include "perceiver/io/output_share.h"
#include "primitives/exchange/rank_threads.h"
#include "primitives/memory.h"

namespace suite {
namespace {

constexpr std::uint64_t kSeed = 3;

const char* const kContestants[] = {
    "perceiver", "perceiver(sharing=none)", "perceiver(plan=planned)",
    "perceiver(cross_attends=first, cross_heads=1)",
    "perceiver(merge=allreduce)", "bare_perceiver",
    // Three chunks of output queries, of which ranks have none, one or all.
    "perceiver_io", "perceiver_io(outputs=3, query_channels=8)"};

Shape shape() {
  return {.N = 700,
          .M = 9,
          .B = 2,
          .C = 12,
          .D = 16,
          .H = 2,
          .L = 1,
          .O = 130,
          .batch = 2};
}

template <class T>
bool same_bits(const Tensor<T, 3>& a, const Tensor<T, 3>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
struct Answer {
  Tensor<T, 3> output;
  Cost counted;
};

// One rank's, with what all ranks made of the output.
template <class T>
Answer<T> forward(const Entry& entry, const Shape& s, Exchange& exchange,
                  Ledger::Mode mode = Ledger::Mode::compute) {
  const auto encoder = entry.contestant->make<T>(s, entry.options);
  initialise(*encoder, kSeed);
  const auto workspace = encoder->workspace();
  encoder->share_out(*workspace, exchange);
  Ledger ledger(mode);
  const auto input = random_input<T>(
      s, kSeed, share_of(s.N, exchange.rank(), exchange.size()));
  const auto& own = encoder->forward(input, no_mask(), *workspace, ledger);
  return {whole_output(*entry.contestant, own, exchange), ledger.counted()};
}

template <class T>
Tensor<T, 3> answer_of(const Entry& entry, const Shape& s, int ranks) {
  std::vector<Tensor<T, 3>> outputs(ranks);
  run_ranks(ranks, [&](Exchange& exchange) {
    outputs[exchange.rank()] = forward<T>(entry, s, exchange).output;
  });
  for (const auto& output : outputs) EXPECT_TRUE(same_bits(output, outputs[0]));
  return outputs[0];
}

TEST(OverRanks, ARankDrawsItsShareAlone) {
  const Shape s = shape();
  const auto all = random_input<float>(s, kSeed);
  for (std::size_t rank = 0; rank < 8; ++rank) {
    const InputShare share = share_of(s.N, rank, 8);
    const auto own = random_input<float>(s, kSeed, share);
    ASSERT_EQ(own.shape(1), share.inputs());
    for (std::size_t b = 0; b < s.batch; ++b) {
      for (std::size_t n = 0; n < share.inputs(); ++n) {
        for (std::size_t c = 0; c < s.C; ++c) {
          ASSERT_EQ(own(b, n, c), all(b, share.first() + n, c));
        }
      }
    }
  }
}

TEST(OverRanks, AnswersAgreeWithTheOracleAndOneAnother) {
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    const auto alone = answer_of<float>(entry, shape(), 1);
    for (const int ranks : {2, 8}) {
      EXPECT_TRUE(same_bits(answer_of<float>(entry, shape(), ranks), alone))
          << name << " over " << ranks;
    }
    run_ranks(4, [&](Exchange& exchange) {
      const Agreement agreement =
          compare_with_oracle<double>(*entry.contestant, shape(), entry.options,
                                      kSeed, /*masked=*/false, &exchange);
      EXPECT_TRUE(agreement.holds()) << name << ": " << agreement.worst;
    });
  }
}

TEST(OverRanks, HalvesMergeToTheBitsOfTheTree) {
  const auto of = [](const char* name) {
    return answer_of<float>(find_contestant(name), shape(), 8);
  };
  EXPECT_TRUE(same_bits(of("perceiver(merge=allreduce)"), of("perceiver")));
}

TEST(OverRanks, EveryRankCountsWhatItDeclares) {
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    const Contestant& contestant = *entry.contestant;
    Shape s = shape();
    for (int ranks = 1; ranks <= 32; ranks *= 2) {
      std::uint64_t exchanged = 0;
      for (const std::size_t inputs : {700u, 70000u}) {
        s.N = inputs;
        run_ranks(ranks, [&](Exchange& exchange) {
          const InputShare share = share_of(s.N, exchange.rank(), ranks);
          const Cost declared =
              contestant.rank_cost(s, entry.options, share, sizeof(float), 1);
          const Cost counted =
              forward<float>(entry, s, exchange, Ledger::Mode::count_only)
                  .counted;
          EXPECT_EQ(counted.parts, declared.parts)
              << name << ", rank " << share.rank << " of " << ranks;
        });
        const std::uint64_t bytes =
            contestant
                .rank_cost(s, entry.options, share_of(s.N, 0, ranks),
                           sizeof(float), 1)[Part::exchange]
                .bytes_moved;
        // Whatever N is.
        const bool planned =
            std::string(name).find("plan=planned") != std::string::npos;
        if (inputs != 700 && !planned) {
          EXPECT_EQ(bytes, exchanged) << name;
        }
        exchanged = bytes;
      }
      EXPECT_EQ(exchanged == 0, ranks == 1) << name;
    }
  }
}

TEST(OverRanks, OutputsAreSharedOutOnceInChunksThatFollowFromThem) {
  for (const std::size_t outputs :
       {1u, 63u, 64u, 130u, 1000u, 4096u, 182528u}) {
    const std::size_t chunk = output_share(outputs, 0, 1).chunk;
    EXPECT_GE(outputs, chunk);
    for (std::size_t ranks = 1; ranks <= 64; ranks *= 2) {
      std::size_t next = 0;
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        const OutputShare share = output_share(outputs, rank, ranks);
        EXPECT_EQ(share.chunk, chunk);
        EXPECT_EQ(share.first, next);
        EXPECT_TRUE(share.first % chunk == 0 || share.count == 0);
        next += share.count;
      }
      EXPECT_EQ(next, outputs) << outputs << " over " << ranks;
    }
    // As even as whole chunks are.
    EXPECT_LE(output_share(outputs, 0, 8).count, outputs / 8 + chunk);
  }
  EXPECT_THROW(output_share(0, 0, 1), Error);
}

TEST(OverRanks, DecodingSendsNothing) {
  const Entry io = find_contestant("perceiver_io");
  const Entry encoder =
      find_contestant("perceiver(cross_attends=first, sharing=all)");
  Shape s = shape();
  const auto sent = [&](const Entry& entry) {
    return entry.contestant
        ->rank_cost(s, entry.options, share_of(s.N, 1, 8), sizeof(float),
                    1)[Part::exchange]
        .bytes_moved;
  };
  for (const std::size_t outputs : {1u, 130u, 5000u}) {
    s.O = outputs;
    EXPECT_EQ(sent(io), sent(encoder)) << outputs;
  }
}

// Ranks alone: memory is counted over the process.
TEST(OverRanks, ARankHoldsWhatItDeclares) {
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    Shape s = shape();
    s.N = 5000;
    run_ranks(1, [&](Exchange& exchange) {
      const std::int64_t before = MemoryMeter::held();
      MemoryMeter::reset_peak();
      const auto encoder = entry.contestant->make<float>(s, entry.options);
      const auto workspace = encoder->workspace();
      encoder->share_out(*workspace, exchange);
      Ledger ledger;
      const InputShare share = share_of(s.N, 0, 1);
      const auto input = random_input<float>(s, kSeed, share);
      encoder->forward(input, no_mask(), *workspace, ledger);
      EXPECT_EQ(
          static_cast<std::uint64_t>(MemoryMeter::held() - before),
          entry.contestant->rank_cost(s, entry.options, share, sizeof(float), 1)
              .bytes_held)
          << name;
    });
  }
}

TEST(OverRanks, SaysWhatItDoesNotShareOut) {
  OneRank alone;
  for (const char* name :
       {"perceiver(positions=fourier)", "perceiver(form=materialised)",
        "bare_perceiver(form=materialised)", "perceiver_io(positions=learned)",
        "perceiver_io(input_map=8)", "perceiver_io(form=materialised)"}) {
    const Entry entry = find_contestant(name);
    EXPECT_THROW(forward<float>(entry, shape(), alone), Error) << name;
    EXPECT_THROW(entry.contestant->rank_cost(shape(), entry.options,
                                             share_of(700, 0, 1), 4, 1),
                 Error)
        << name;
  }
}

}  // namespace
}  // namespace suite
