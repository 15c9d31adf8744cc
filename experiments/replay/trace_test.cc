#include "experiments/replay/trace.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <tuple>

#include "contract/agreement.h"
#include "contract/registry.h"
#include "primitives/exchange/rank_threads.h"
#include "support/check.h"

namespace suite {
namespace {

const char* const kWithLatents[] = {
    "perceiver",
    "perceiver(sharing=none)",
    "perceiver(sharing=none, plan=planned)",
    "perceiver(cross_attends=first, cross_heads=1)",
    "perceiver(cross_attends=0+2)",
    "bare_perceiver"};

Cell cell_of(const std::string& contestant, std::size_t ranks,
             std::size_t inputs = 4096) {
  Cell cell;
  cell.entry = find_contestant(contestant);
  cell.shape = {.N = inputs,
                .M = 9,
                .B = 3,
                .C = 12,
                .D = 16,
                .H = 2,
                .L = 2,
                .batch = 2};
  cell.scalar = "float";
  cell.ranks = ranks;
  cell.id = contestant;
  return cell;
}

struct Lines {
  std::map<std::string, std::uint64_t> computed;   // by kind
  std::vector<std::pair<int, std::size_t>> swaps;  // partner, bytes
  std::uint64_t bytes = 0, messages = 0;           // sent
};

Lines parsed(const std::string& text, std::size_t of_rank) {
  Lines lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) {
    std::istringstream words(line);
    std::size_t rank = 0;
    std::string what, kind;
    std::uint64_t a = 0, b = 0;
    words >> rank >> what;
    EXPECT_EQ(rank, of_rank);
    if (what == "compute") {
      words >> kind >> a;
      lines.computed[kind] += a;
    } else if (what == "swap") {
      words >> a >> b;
      lines.swaps.emplace_back(a, b);
      ++lines.messages;
      lines.bytes += b;
    } else {
      EXPECT_EQ(what, "ring");
      std::uint64_t messages = 0, each = 0;
      words >> a >> messages >> b >> kind >> each;
      lines.messages += a * messages;
      lines.bytes += a * messages * b;
      lines.computed[kind] += (a + 1) * each;
    }
    EXPECT_TRUE(words) << line;
  }
  return lines;
}

// Passes on, and remembers.
class Listening : public Exchange {
 public:
  explicit Listening(Exchange& real) : real_(real) {}

  int rank() const override { return real_.rank(); }
  int size() const override { return real_.size(); }
  void swap(int partner, std::span<const std::byte> sent,
            std::span<std::byte> received) override {
    heard.emplace_back(partner, sent.size());
    real_.swap(partner, sent, received);
  }
  void broadcast(std::span<std::byte> bytes) override {
    real_.broadcast(bytes);
  }
  void gather(std::span<const std::byte> mine,
              std::span<std::byte> all) override {
    real_.gather(mine, all);
  }
  void barrier() override { real_.barrier(); }

  std::vector<std::pair<int, std::size_t>> heard;

 private:
  Exchange& real_;
};

TEST(RankTraces, OfLatentsSwapWhatAForwardSwaps) {
  for (const char* name : kWithLatents) {
    for (const int ranks : {1, 2, 8}) {
      const Cell cell = cell_of(name, ranks, 700);
      const RankTraces traces(cell, Scheme::tree);
      run_ranks(ranks, [&](Exchange& exchange) {
        Listening listening(exchange);
        const auto encoder =
            cell.entry.contestant->make<float>(cell.shape, cell.entry.options);
        const auto workspace = encoder->workspace();
        encoder->share_out(*workspace, listening);
        Ledger ledger;
        encoder->forward(
            random_input<float>(cell.shape, 1,
                                share_of(700, exchange.rank(), ranks)),
            no_mask(), *workspace, ledger);
        const auto rank = static_cast<std::size_t>(exchange.rank());
        const Lines lines = parsed(traces.lines(rank), rank);
        EXPECT_EQ(lines.swaps, listening.heard) << name << " over " << ranks;
        EXPECT_EQ(lines.swaps.empty(), ranks == 1);
        const RankWork work = traces.work(rank);
        EXPECT_EQ(work.messages, lines.swaps.size());
        EXPECT_EQ(work.bytes_sent,
                  ledger.counted()[Part::exchange].bytes_moved);
      });
    }
  }
}

TEST(RankTraces, OfLatentsComputeWhatIsDeclared) {
  for (const char* name : kWithLatents) {
    const Cell cell = cell_of(name, 4), larger = cell_of(name, 4, 8192);
    const RankTraces traces(cell, Scheme::tree), more(larger, Scheme::tree);
    for (const std::size_t rank : {0, 3}) {
      const RankWork work = traces.work(rank), of_more = more.work(rank);
      Lines lines = parsed(traces.lines(rank), rank);
      EXPECT_EQ(lines.computed["read"] + lines.computed["latent"],
                cell.declared(rank).total().flops())
          << name;
      EXPECT_EQ(lines.computed["read"], work.read.total().flops());
      EXPECT_EQ(lines.computed["merge"], 3 * work.bytes_sent);
      // Twice the inputs are twice the reading, and as much of latents.
      for (int part = 0; part < kParts; ++part) {
        EXPECT_EQ(of_more.read.parts[part], 2 * work.read.parts[part])
            << name << ": " << kPartNames[part];
        EXPECT_EQ(of_more.latent.parts[part], work.latent.parts[part])
            << name << ": " << kPartNames[part];
      }
      EXPECT_GT(work.latent.total().macs, 0u);
    }
  }
}

TEST(RankTraces, OfRowsSendTheirKeysAndValues) {
  for (const char* name : {"transformer", "bare_transformer"}) {
    for (const Scheme scheme : {Scheme::gather, Scheme::ring, Scheme::heads}) {
      for (const std::size_t ranks : {1, 2, 8}) {
        Cell cell = cell_of(name, ranks);
        cell.shape.D = 32;
        cell.shape.H = 8;
        const Shape& s = cell.shape;
        const RankTraces traces(cell, scheme);
        const Cost whole = cell.entry.contestant->cost(
            s, cell.entry.options, cell.scalar_bytes(), cell.threads);
        // 2·s·N·D·(P−1)/P a block, or by heads 4·s·N·D·(P−1)/P².
        const std::uint64_t all = s.B * 4 * s.batch * s.N * s.D * (ranks - 1);
        const std::uint64_t bytes = scheme == Scheme::heads
                                        ? 4 * all / (ranks * ranks)
                                        : 2 * all / ranks;
        std::uint64_t computed = 0;
        for (std::size_t rank = 0; rank < ranks; ++rank) {
          Lines lines = parsed(traces.lines(rank), rank);
          computed += lines.computed["read"];
          EXPECT_EQ(lines.bytes, bytes) << name << ", " << name_of(scheme);
          EXPECT_EQ(traces.work(rank).bytes_sent, bytes);
          EXPECT_EQ(traces.work(rank).messages, lines.messages);
        }
        EXPECT_EQ(computed, whole.total().flops()) << name;
      }
    }
  }
}

// Each swap is answered by one of as many bytes, in the same order.
TEST(RankTraces, PartnersAgree) {
  for (const auto& [name, scheme] : {std::pair("perceiver", Scheme::tree),
                                     std::pair("transformer", Scheme::gather),
                                     std::pair("transformer", Scheme::heads)}) {
    Cell cell = cell_of(name, 8);
    cell.shape.C = 16;
    cell.shape.H = 8;
    const RankTraces traces(cell, scheme);
    std::map<std::pair<int, int>, std::vector<std::size_t>> sent;
    for (int rank = 0; rank < 8; ++rank) {
      for (const auto& [partner, bytes] :
           parsed(traces.lines(rank), rank).swaps) {
        sent[{rank, partner}].push_back(bytes);
      }
    }
    for (const auto& [pair, bytes] : sent) {
      EXPECT_NE(pair.first, pair.second);
      EXPECT_EQ(sent[std::pair(pair.second, pair.first)], bytes);
    }
    EXPECT_EQ(sent.size(), scheme == Scheme::heads ? 56u : 24u);
  }
}

TEST(RankTraces, AreOfWhatRunsOverRanksAlone) {
  EXPECT_EQ(scheme_of(cell_of("perceiver", 2)), Scheme::tree);
  EXPECT_EQ(scheme_of(cell_of("transformer", 2)), Scheme::gather);
  Cell step = cell_of("perceiver", 2);
  step.phase = Phase::step;
  EXPECT_EQ(scheme_of(step), std::nullopt);
  EXPECT_THROW(RankTraces(cell_of("perceiver", 3), Scheme::tree), Error);
  EXPECT_THROW(RankTraces(cell_of("perceiver", 128, 700), Scheme::tree), Error);
  EXPECT_THROW(RankTraces(cell_of("transformer", 8, 700), Scheme::ring), Error);
  EXPECT_THROW(RankTraces(cell_of("transformer", 8), Scheme::heads), Error);
}

}  // namespace
}  // namespace suite
