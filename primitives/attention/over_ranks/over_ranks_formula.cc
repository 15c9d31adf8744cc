#include "primitives/attention/over_ranks/over_ranks_formula.h"

#include "primitives/attention/attention_formula.h"

namespace suite::formula {
namespace {

// Of `ranks` ranks from one on: tokens are shared as evenly as whole ones can
// be.
std::size_t tokens(const InputShare& share, std::size_t rank,
                   std::size_t ranks = 1) {
  return (rank + ranks) * share.all / share.ranks -
         rank * share.all / share.ranks;
}

// Values that a rank sends of one example.
std::size_t values_sent(KeyExchange how, const AttentionShape& s,
                        const InputShare& share) {
  const std::size_t q = s.heads * s.qk_channels, v = s.heads * s.v_channels;
  const std::size_t n = tokens(share, share.rank);
  std::size_t rows = 0;
  switch (how) {
    case KeyExchange::gather:
      for (std::size_t k = 1; k < share.ranks; k *= 2) {
        rows += tokens(share, share.rank / k * k, k);
      }
      return (q + v) * rows;
    case KeyExchange::ring:
      return (q + v) *
             (share.all - tokens(share, (share.rank + 1) % share.ranks));
    case KeyExchange::heads:
      break;
  }
  return ((2 * q + v) * n * (share.ranks - 1) + v * (share.all - n)) /
         share.ranks;
}

}  // namespace

Cost attention_over_ranks(KeyExchange how, const AttentionShape& own,
                          const InputShare& share, std::size_t scalar,
                          int threads) {
  AttentionShape read = own;
  read.queries = tokens(share, share.rank);
  read.keys = share.all;
  if (how == KeyExchange::heads) {
    require_shared_heads(own.heads, share.ranks);
    read.queries = share.all;
    read.heads = own.heads / share.ranks;
  }
  Cost cost = attention(read, AttentionForm::streaming, scalar);
  cost[Part::exchange].bytes_moved =
      scalar * own.batch * values_sent(how, own, share);
  cost.bytes_held =
      scalar == sizeof(float)
          ? buffer_bytes_over_ranks<float>(how, own, share, threads)
          : buffer_bytes_over_ranks<double>(how, own, share, threads);
  return cost;
}

}  // namespace suite::formula
