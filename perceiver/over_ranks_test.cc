// Perceivers whose inputs ranks own: each draws its share, all answer with the
// same bits, and count and hold what they declare.
#include <gtest/gtest.h>

#include <cstring>

#include "contract/agreement.h"
#include "contract/registry.h"
#include "primitives/exchange/rank_threads.h"
#include "primitives/memory.h"

namespace suite {
namespace {

constexpr std::uint64_t kSeed = 3;

const char* const kContestants[] = {
    "perceiver", "perceiver(sharing=none)", "perceiver(plan=planned)",
    "perceiver(cross_attends=first, cross_heads=1)", "bare_perceiver"};

Shape shape() {
  return {
      .N = 700, .M = 9, .B = 2, .C = 12, .D = 16, .H = 2, .L = 1, .batch = 2};
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

// One rank's.
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
  return {encoder->forward(input, no_mask(), *workspace, ledger),
          ledger.counted()};
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
        "bare_perceiver(form=materialised)"}) {
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
