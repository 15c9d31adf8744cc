#include "experiments/replay/trace.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "perceiver/config.h"
#include "primitives/exchange/range_tree.h"
#include "support/check.h"

namespace suite {
namespace {

const std::string& kind_of(const Cell& cell) {
  return cell.entry.contestant->name;
}

// Who reads its inputs with latents, and how often before each block's layers.
std::vector<std::size_t> reads_of(const Cell& cell) {
  if (kind_of(cell) != "perceiver") {
    return std::vector<std::size_t>(cell.shape.B, 1);
  }
  return PerceiverConfig(cell.shape, cell.entry.options).cross_attends;
}

InputShare share(const Cell& cell, std::size_t rank) {
  return share_of(cell.shape.N, rank, cell.ranks);
}

Cost declared(const Cell& cell, std::size_t rank) {
  return cell.entry.contestant->rank_cost(cell.shape, cell.entry.options,
                                          share(cell, rank),
                                          cell.scalar_bytes(), cell.threads);
}

// times·a/b for what is a multiple of b, or nearly.
std::uint64_t scaled(std::uint64_t value, std::uint64_t times,
                     std::uint64_t by) {
  return static_cast<std::uint64_t>(static_cast<__uint128_t>(value) * times /
                                    by);
}
Cost scaled(Cost cost, std::uint64_t times, std::uint64_t by) {
  for (Work& part : cost.parts) {
    part.macs = scaled(part.macs, times, by);
    part.logits = scaled(part.logits, times, by);
    part.bytes_moved = scaled(part.bytes_moved, times, by);
  }
  return cost;
}

// Costs are linear in a rank's inputs, so a few more of them tell how much of
// one is theirs.
RankWork latent_work(const Cell& cell, std::size_t rank) {
  Cell more = cell;
  more.shape.N += 8 * cell.ranks;
  Cost all = declared(cell, rank), larger = declared(more, rank);
  RankWork work;
  work.bytes_sent = all[Part::exchange].bytes_moved;
  work.bytes_held = all.bytes_held;
  all[Part::exchange] = larger[Part::exchange] = Work();
  const std::size_t inputs = share(cell, rank).inputs();
  work.read = scaled(larger - all, inputs, share(more, rank).inputs() - inputs);
  work.latent = all - work.read;
  return work;
}

// Of a whole that is cut into `parts`, without rest.
std::uint64_t piece(std::uint64_t whole, std::uint64_t part,
                    std::uint64_t parts) {
  return scaled(whole, part + 1, parts) - scaled(whole, part, parts);
}

void compute(std::string& lines, std::size_t rank, std::string_view kind,
             std::uint64_t amount) {
  if (amount == 0) return;
  lines += fmt::format("{} compute {} {}\n", rank, kind, amount);
}

constexpr std::array<std::string_view, 4> kNames = {"tree", "gather", "ring",
                                                    "heads"};

}  // namespace

std::string_view name_of(Scheme scheme) {
  return kNames[static_cast<std::size_t>(scheme)];
}

std::optional<Scheme> scheme_of(const Cell& cell) {
  if (cell.phase != Phase::forward) return {};
  const std::string& kind = kind_of(cell);
  if (kind == "perceiver" || kind == "bare_perceiver") return Scheme::tree;
  if (kind != "transformer" && kind != "bare_transformer") return {};
  const auto found =
      std::find(kNames.begin(), kNames.end(),
                cell.entry.options.text_or("exchange", "gather"));
  return static_cast<Scheme>(found - kNames.begin());
}

RankTraces::RankTraces(const Cell& cell, Scheme scheme)
    : cell_(cell), scheme_(scheme) {
  share(cell, 0);  // is there a range for each?
  const Shape& s = cell.shape;
  if (scheme == Scheme::tree) {
    reads_ = reads_of(cell);
    return;
  }
  require(s.N % cell.ranks == 0, "{} ranks don't divide N = {} rows",
          cell.ranks, s.N);
  declared(cell, 0);  // does it refuse?
}

RankWork RankTraces::work(std::size_t rank) const {
  const std::size_t rounds = share(cell_, rank).rounds();
  if (scheme_ == Scheme::tree) {
    RankWork work = latent_work(cell_, rank);
    work.messages = rounds * std::accumulate(reads_.begin(), reads_.end(), 0ul);
    return work;
  }
  // Rows attend to all of them: whatever a rank does is for its own.
  RankWork work;
  work.read = declared(cell_, rank);
  work.bytes_held = work.read.bytes_held;
  work.bytes_sent = work.read[Part::exchange].bytes_moved;
  work.read[Part::exchange] = Work();
  const Shape& s = cell_.shape;
  work.messages =
      s.B * 2 *
      (scheme_ == Scheme::gather ? s.batch * rounds : cell_.ranks - 1);
  return work;
}

std::uint64_t RankTraces::row_bytes() const {
  const Shape& s = cell_.shape;
  return cell_.scalar_bytes() * s.batch * s.D * (s.N / cell_.ranks);
}

std::string RankTraces::lines(std::size_t rank) const {
  return scheme_ == Scheme::tree ? latent_lines(rank) : row_lines(rank);
}

std::string RankTraces::latent_lines(std::size_t rank) const {
  const RankWork own = work(rank);
  const std::uint64_t read = own.read.total().flops();
  const std::uint64_t latent = own.latent.total().flops();
  const std::uint64_t bytes =
      own.messages == 0 ? 0 : own.bytes_sent / own.messages;
  require(bytes * own.messages == own.bytes_sent,
          "{}: {} bytes are not {} messages of one size", cell_.id,
          own.bytes_sent, own.messages);
  const std::size_t reads = std::accumulate(reads_.begin(), reads_.end(), 0ul);
  std::string lines;
  std::size_t done = 0;
  for (std::size_t block = 0; block < reads_.size(); ++block) {
    for (std::size_t i = 0; i < reads_[block]; ++i) {
      compute(lines, rank, "read", piece(read, done++, reads));
      for_each_round(share(cell_, rank), [&](std::size_t partner, bool) {
        lines += fmt::format("{} swap {} {}\n", rank, partner, bytes);
        compute(lines, rank, "merge", 3 * bytes);  // two states into one
      });
    }
    compute(lines, rank, "latent", piece(latent, block, reads_.size()));
  }
  return lines;
}

std::string RankTraces::row_lines(std::size_t rank) const {
  const Cost own = work(rank).read;
  const std::size_t blocks = cell_.shape.B;
  // Queries, keys and values are made, then attention is, then the rest.
  std::uint64_t before = 0, attention = 0, after = 0;
  for (int i = 0; i < kParts; ++i) {
    const Part part{i};
    (part <= Part::key_value_projection ? before
     : part <= Part::weighted_sum       ? attention
                                        : after) += own[part].flops();
  }
  std::string lines;
  for (std::size_t block = 0; block < blocks; ++block) {
    compute(lines, rank, "read", piece(before, block, blocks));
    exchange(lines, rank, piece(attention, block, blocks));
    compute(lines, rank, "read", piece(after, block, blocks));
  }
  return lines;
}

// One block's, with attention, which a ring makes of a share at a time.
void RankTraces::exchange(std::string& lines, std::size_t rank,
                          std::uint64_t attention) const {
  const std::size_t ranks = cell_.ranks;
  const auto swap = [&](std::size_t partner, std::uint64_t bytes) {
    lines += fmt::format("{} swap {} {}\n", rank, partner, bytes);
  };
  if (scheme_ == Scheme::ring && ranks > 1) {
    lines += fmt::format("{} ring {} 2 {} read {}\n", rank, ranks - 1,
                         row_bytes(), attention / ranks);
    return;
  }
  if (scheme_ == Scheme::gather) {
    const std::size_t batch = cell_.shape.batch;
    for (int each = 0; each < 2; ++each) {  // keys, then values
      std::size_t held = 1;                 // ranks whose rows are here
      for_each_round(share(cell_, rank), [&](std::size_t partner, bool) {
        for (std::size_t b = 0; b < batch; ++b) {
          swap(partner, held * row_bytes() / batch);
        }
        held *= 2;
      });
    }
  }
  const bool heads = scheme_ == Scheme::heads;
  for (std::size_t apart = 1; heads && apart < ranks; ++apart) {
    swap(rank ^ apart, 3 * (row_bytes() / ranks));
  }
  compute(lines, rank, "read", attention);
  for (std::size_t apart = 1; heads && apart < ranks; ++apart) {
    swap(rank ^ apart, row_bytes() / ranks);
  }
}

}  // namespace suite
