// Transformers whose tokens ranks own: each draws its share, their answers are
// those of one rank, and they count and hold what they declare.
#include <gtest/gtest.h>
#include <omp.h>

#include <cstring>
#include <functional>

#include "contract/agreement.h"
#include "contract/registry.h"
#include "primitives/exchange/rank_threads.h"
#include "primitives/memory.h"

namespace suite {
namespace {

constexpr std::uint64_t kSeed = 3;

const char* const kContestants[] = {"bare_transformer",
                                    "bare_transformer(exchange=ring)",
                                    "bare_transformer(exchange=heads)",
                                    "transformer",
                                    "transformer(exchange=ring)",
                                    "transformer(exchange=heads)"};

bool is(const char* how, const std::string& name) {
  return name.find(how) != std::string::npos;
}

// Ranks of unlike shares.
Shape shape() {
  return {.N = 300, .B = 2, .C = 12, .D = 16, .H = 8, .batch = 2};
}

template <class T>
bool same_bits(const Tensor<T, 3>& a, const Tensor<T, 3>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
struct Answer {
  Tensor<T, 3> output;  // of its own tokens
  Cost counted;
};

// One rank's, times `scale` inputs: where logits are large, references must
// rise.
template <class T>
Answer<T> forward(const Entry& entry, const Shape& s, Exchange& exchange,
                  Ledger::Mode mode = Ledger::Mode::compute, T scale = 1) {
  const auto encoder = entry.contestant->make<T>(s, entry.options);
  initialise(*encoder, kSeed);
  const auto workspace = encoder->workspace();
  encoder->share_out(*workspace, exchange);
  Ledger ledger(mode);
  auto input = random_input<T>(s, kSeed,
                               share_of(s.N, exchange.rank(), exchange.size()));
  for (T& x : input) x *= scale;
  return {encoder->forward(input, no_mask(), *workspace, ledger),
          ledger.counted()};
}

template <class T>
Tensor<T, 3> answer_of(const Entry& entry, const Shape& s, int ranks, T scale,
                       int threads = 1) {
  std::vector<Tensor<T, 3>> outputs(ranks);
  run_ranks(ranks, [&](Exchange& exchange) {
    omp_set_num_threads(threads);
    outputs[exchange.rank()] = whole_output(
        *entry.contestant,
        forward<T>(entry, s, exchange, Ledger::Mode::compute, scale).output,
        exchange);
  });
  for (const auto& output : outputs) EXPECT_TRUE(same_bits(output, outputs[0]));
  return outputs[0];
}

// The plain program's.
template <class T>
Tensor<T, 3> plain_answer(const Entry& entry, const Shape& s, T scale) {
  const auto encoder = entry.contestant->make<T>(s, entry.options);
  initialise(*encoder, kSeed);
  const auto workspace = encoder->workspace();
  Ledger ledger;
  auto input = random_input<T>(s, kSeed);
  for (T& x : input) x *= scale;
  return encoder->forward(input, no_mask(), *workspace, ledger);
}

template <class T>
class TransformerOverRanks : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(TransformerOverRanks, Scalars);

TYPED_TEST(TransformerOverRanks, AnswersHaveTheBitsOfOneRank) {
  using T = TypeParam;
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    for (const T scale : {T(1), T(20)}) {
      const auto alone = answer_of<T>(entry, shape(), 1, scale);
      if (!is("ring", name)) {
        EXPECT_TRUE(same_bits(alone, plain_answer(entry, shape(), scale)))
            << name << " is another than the plain program's";
      }
      for (const int ranks : {2, 8, 32}) {
        if (ranks > 8 && (is("heads", name) || scale == 1)) continue;
        EXPECT_TRUE(same_bits(
            answer_of<T>(entry, shape(), ranks, scale, ranks == 8 ? 3 : 2),
            alone))
            << name << " over " << ranks << ", inputs times " << scale;
      }
    }
  }
}

// Where one rank cuts its keys, so do all; and P doesn't divide N.
TEST(TransformerOverRanks, KeysAreCutAsByOneRank) {
  const Shape s{.N = 4500, .B = 1, .C = 8, .D = 32, .H = 32, .batch = 1};
  for (const char* name :
       {"bare_transformer", "bare_transformer(exchange=ring)",
        "bare_transformer(exchange=heads)"}) {
    const Entry entry = find_contestant(name);
    const auto alone = answer_of<float>(entry, s, 1, 1, /*threads=*/3);
    if (!is("ring", name)) {
      EXPECT_TRUE(same_bits(alone, plain_answer<float>(entry, s, 1))) << name;
    }
    EXPECT_TRUE(same_bits(answer_of<float>(entry, s, 2, 1), alone)) << name;
  }
}

TEST(TransformerOverRanks, AnswersAgreeWithTheOracle) {
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    run_ranks(4, [&](Exchange& exchange) {
      const Agreement agreement =
          compare_with_oracle<double>(*entry.contestant, shape(), entry.options,
                                      kSeed, /*masked=*/false, &exchange);
      EXPECT_TRUE(agreement.holds()) << name << ": " << agreement.worst;
    });
  }
}

TEST(TransformerOverRanks, EveryRankCountsWhatItDeclaresAndSendsIt) {
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    const Contestant& contestant = *entry.contestant;
    Shape s = shape();
    s.H = is("heads", name) ? 32 : 8;
    s.D = 32;
    for (int ranks = 1; ranks <= 32; ranks *= 2) {
      // 300 is no multiple of their number from 8 ranks on.
      for (const std::size_t inputs : {300u, 704u, 70400u}) {
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
          if (inputs % ranks != 0) return;
          // As the papers have it, in each of two layers.
          const std::uint64_t all = s.B * sizeof(float) * s.batch * s.N * s.D;
          const std::uint64_t others = ranks - 1;
          EXPECT_EQ(counted[Part::exchange].bytes_moved,
                    is("heads", name)
                        ? 4 * all * others / (ranks * ranks)
                        : 2 * all * others / static_cast<unsigned>(ranks))
              << name << ", rank " << share.rank << " of " << ranks;
        });
      }
    }
  }
}

// What is copied from rank to rank, by who copies it.
TEST(TransformerOverRanks, WhatIsSentIsWhatIsDeclared) {
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    for (const int ranks : {1, 2, 8}) {
      const std::vector<Sent> sent = run_ranks(ranks, [&](Exchange& exchange) {
        forward<float>(entry, shape(), exchange);
      });
      for (int rank = 0; rank < ranks; ++rank) {
        EXPECT_EQ(sent[rank].bytes,
                  entry.contestant
                      ->rank_cost(shape(), entry.options,
                                  share_of(shape().N, rank, ranks),
                                  sizeof(float), 1)[Part::exchange]
                      .bytes_moved)
            << name << ", rank " << rank << " of " << ranks;
      }
    }
  }
}

// An exchange for who counts and sends nothing: one rank of many, alone.
class Nobody : public OneRank {
 public:
  Nobody(int rank, int size) : rank_(rank), size_(size) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void pass(int, std::span<const std::byte>, int,
            std::span<std::byte>) override {}

 private:
  int rank_, size_;
};

// Memory is counted over the process: of several ranks one runs, with nobody to
// answer it. Where N is large, one rank doesn't cut its keys, and one of
// several would if it were asked.
TEST(TransformerOverRanks, ARankHoldsWhatItDeclares) {
  const Shape few = {.N = 1200, .B = 2, .C = 12, .D = 16, .H = 8, .batch = 2};
  const Shape many = {.N = 65536, .B = 1, .C = 4, .D = 64, .H = 8, .batch = 1};
  for (const char* name : kContestants) {
    const Entry entry = find_contestant(name);
    for (const Shape& s : {few, many}) {
      for (const int ranks : {1, 2, 4, 8}) {
        Nobody exchange(ranks / 2, ranks);
        const InputShare share = share_of(s.N, ranks / 2, ranks);
        const std::uint64_t declared =
            entry.contestant
                ->rank_cost(s, entry.options, share, sizeof(float),
                            omp_get_max_threads())
                .bytes_held;
        const std::int64_t before = MemoryMeter::held();
        const auto encoder = entry.contestant->make<float>(s, entry.options);
        const auto workspace = encoder->workspace();
        encoder->share_out(*workspace, exchange);
        Ledger ledger(s.N == few.N ? Ledger::Mode::compute
                                   : Ledger::Mode::count_only);
        const auto input = random_input<float>(s, kSeed, share);
        encoder->forward(input, no_mask(), *workspace, ledger);
        EXPECT_EQ(static_cast<std::uint64_t>(MemoryMeter::held() - before),
                  declared)
            << name << " over " << ranks << ", N = " << s.N;
      }
    }
  }
}

// States that wait, and what passes by, are of shares too: at most as much
// again and a half. Gathered keys and values would be eight times one rank's
// share.
TEST(TransformerOverRanks, ARingHoldsAShareOfWhatOneRankHolds) {
  const Shape s{.N = 1048576, .B = 2, .C = 64, .D = 64, .H = 8, .batch = 1};
  const auto held = [&](const char* name, std::size_t ranks) {
    const Entry entry = find_contestant(name);
    return entry.contestant
        ->rank_cost(s, entry.options, share_of(s.N, ranks / 2, ranks),
                    sizeof(float), /*threads=*/1)
        .bytes_held;
  };
  for (const char* name :
       {"transformer(exchange=ring)", "bare_transformer(exchange=ring)"}) {
    for (std::size_t ranks = 1; ranks <= 32; ranks *= 2) {
      EXPECT_LE(2 * ranks * held(name, ranks), 5 * held(name, 1))
          << name << " over " << ranks;
    }
  }
  EXPECT_GT(32 * held("bare_transformer", 32), 8 * held("bare_transformer", 1));
}

TEST(TransformerOverRanks, SaysWhatItDoesNotShareOut) {
  for (const auto& [name, said] :
       std::vector<std::pair<const char*, const char*>>{
           {"transformer(positions=fourier)", "positions"},
           {"transformer(form=materialised)", "form = streaming"},
           {"bare_transformer(form=materialised)", "form = streaming"},
           {"transformer(exchange=heads)", "16 ranks don't divide H = 8"},
           {"bare_transformer(exchange=heads)",
            "16 ranks don't divide H = 8"}}) {
    const Entry entry = find_contestant(name);
    Nobody exchange(0, 16);
    for (const auto& attempt : std::vector<std::function<void()>>{
             [&] {
               forward<float>(entry, shape(), exchange,
                              Ledger::Mode::count_only);
             },
             [&] {
               entry.contestant->rank_cost(shape(), entry.options,
                                           share_of(300, 0, 16), 4, 1);
             }}) {
      try {
        attempt();
        ADD_FAILURE() << name << " is shared out";
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find(said), std::string::npos)
            << name << ": " << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace suite
