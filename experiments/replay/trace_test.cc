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
const char* const kOfRows[] = {"transformer",
                               "transformer(exchange=ring)",
                               "transformer(exchange=heads)",
                               "bare_transformer",
                               "bare_transformer(exchange=ring)",
                               "bare_transformer(exchange=heads)"};

std::vector<std::string> all_names() {
  std::vector<std::string> names(std::begin(kWithLatents),
                                 std::end(kWithLatents));
  names.insert(names.end(), std::begin(kOfRows), std::end(kOfRows));
  return names;
}

Cell cell_of(const std::string& contestant, std::size_t ranks,
             std::size_t inputs = 4096) {
  Cell cell;
  cell.entry = find_contestant(contestant);
  cell.shape = {.N = inputs,
                .M = 9,
                .B = 3,
                .C = 16,
                .D = 16,
                .H = 8,
                .L = 2,
                .batch = 2};
  cell.scalar = "float";
  cell.ranks = ranks;
  cell.id = contestant;
  return cell;
}

struct Lines {
  std::map<std::string, std::uint64_t> computed;  // by kind
  std::vector<std::pair<int, std::size_t>> sent;  // to whom, bytes
};

Lines lines_of(const RankTraces& traces, std::size_t of_rank,
               std::size_t ranks) {
  Lines lines;
  std::istringstream all(traces.lines(of_rank));
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
      lines.sent.emplace_back(a, b);
    } else {
      EXPECT_EQ(what, "ring");
      std::uint64_t messages = 0, each = 0;
      words >> a >> messages >> b >> kind >> each;
      lines.sent.insert(lines.sent.end(), a * messages,
                        {(rank + 1) % ranks, b});
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
  void pass(int to, std::span<const std::byte> sent, int from,
            std::span<std::byte> received) override {
    heard.emplace_back(to, sent.size());
    real_.pass(to, sent, from, received);
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

TEST(RankTraces, SendWhatAForwardSends) {
  for (const std::string& name : all_names()) {
    for (const std::size_t ranks : {1, 2, 8}) {
      const Cell cell = cell_of(name, ranks, 704);
      const RankTraces traces(cell, scheme_of(cell).value());
      run_ranks(static_cast<int>(ranks), [&](Exchange& exchange) {
        Listening listening(exchange);
        const auto encoder =
            cell.entry.contestant->make<float>(cell.shape, cell.entry.options);
        initialise(*encoder, 1);
        const auto workspace = encoder->workspace();
        encoder->share_out(*workspace, listening);
        Ledger ledger;
        const auto rank = static_cast<std::size_t>(exchange.rank());
        const auto input =
            random_input<float>(cell.shape, 1, share_of(704, rank, ranks));
        encoder->forward(input, no_mask(), *workspace, ledger);
        const Lines lines = lines_of(traces, rank, ranks);
        EXPECT_EQ(lines.sent, listening.heard) << name << " over " << ranks;
        EXPECT_EQ(lines.sent.empty(), ranks == 1);
        const RankWork work = traces.work(rank);
        EXPECT_EQ(work.messages, lines.sent.size()) << name;
        EXPECT_EQ(work.bytes_sent,
                  ledger.counted()[Part::exchange].bytes_moved);
      });
    }
  }
}

TEST(RankTraces, ComputeWhatIsDeclared) {
  for (const std::string& name : all_names()) {
    const Cell cell = cell_of(name, 4);
    const RankTraces traces(cell, scheme_of(cell).value());
    for (const std::size_t rank : {0, 3}) {
      Lines lines = lines_of(traces, rank, 4);
      EXPECT_EQ(lines.computed["read"] + lines.computed["latent"],
                cell.declared(rank).total().flops())
          << name;
    }
  }
}

TEST(RankTraces, ReadingGrowsWithInputsAndLatentsDoNot) {
  for (const char* name : kWithLatents) {
    const Cell cell = cell_of(name, 4), larger = cell_of(name, 4, 8192);
    const RankTraces traces(cell, Scheme::tree), more(larger, Scheme::tree);
    for (const std::size_t rank : {0, 3}) {
      const RankWork work = traces.work(rank), of_more = more.work(rank);
      Lines lines = lines_of(traces, rank, 4);
      EXPECT_EQ(lines.computed["read"], work.read.total().flops());
      EXPECT_EQ(lines.computed["merge"], 3 * work.bytes_sent);
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

TEST(RankTraces, AreOfWhatRunsOverRanksAlone) {
  EXPECT_EQ(scheme_of(cell_of("perceiver", 2)), Scheme::tree);
  EXPECT_EQ(scheme_of(cell_of("transformer", 2)), Scheme::gather);
  EXPECT_EQ(scheme_of(cell_of("transformer(exchange=heads)", 2)),
            Scheme::heads);
  Cell step = cell_of("perceiver", 2);
  step.phase = Phase::step;
  EXPECT_EQ(scheme_of(step), std::nullopt);
  EXPECT_THROW(RankTraces(cell_of("perceiver", 3), Scheme::tree), Error);
  EXPECT_THROW(RankTraces(cell_of("perceiver", 128, 700), Scheme::tree), Error);
  EXPECT_THROW(RankTraces(cell_of("transformer", 8, 700), Scheme::gather),
               Error);
  const Cell heads = cell_of("transformer(exchange=heads)", 16);
  EXPECT_THROW(RankTraces(heads, Scheme::heads), Error);
}

}  // namespace
}  // namespace suite
