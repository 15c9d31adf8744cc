#include "primitives/attention/over_ranks/attention_over_ranks.h"

#include "primitives/attention/over_ranks/gathered_attention.h"
#include "primitives/attention/over_ranks/heads_attention.h"
#include "primitives/attention/over_ranks/ring_attention.h"

namespace suite {

KeyExchange key_exchange(std::string_view name) {
  if (name == "gather") return KeyExchange::gather;
  if (name == "ring") return KeyExchange::ring;
  require(name == "heads", "exchange = {}: allowed are gather, ring and heads",
          name);
  return KeyExchange::heads;
}

void require_streaming(AttentionForm form) {
  require(form == AttentionForm::streaming,
          "over ranks attention streams: form = streaming");
}

void require_shared_heads(std::size_t heads, std::size_t ranks) {
  require(heads % ranks == 0,
          "exchange = heads: {} ranks don't divide H = {} heads", ranks, heads);
}

template <class T>
std::unique_ptr<AttentionOverRanks<T>> make_attention_over_ranks(
    KeyExchange how, std::size_t heads, const InputShare& share,
    Exchange& exchange) {
  switch (how) {
    case KeyExchange::gather:
      return std::make_unique<GatheredAttention<T>>(share, exchange);
    case KeyExchange::ring:
      return std::make_unique<RingAttention<T>>(share, exchange);
    case KeyExchange::heads:
      break;
  }
  require_shared_heads(heads, share.ranks);
  return std::make_unique<HeadsAttention<T>>(share, exchange);
}

template <class T>
std::uint64_t buffer_bytes_over_ranks(KeyExchange how,
                                      const AttentionShape& own,
                                      const InputShare& share, int threads) {
  switch (how) {
    case KeyExchange::gather:
      return bytes_laid_out<GatheredAttention<T>>(threads, own, share);
    case KeyExchange::ring:
      return bytes_laid_out<RingAttention<T>>(threads, own, share);
    case KeyExchange::heads:
      break;
  }
  return bytes_laid_out<HeadsAttention<T>>(threads, own, share);
}

#define SUITE_OVER_RANKS(T)                                                  \
  template std::unique_ptr<AttentionOverRanks<T>> make_attention_over_ranks( \
      KeyExchange, std::size_t, const InputShare&, Exchange&);               \
  template std::uint64_t buffer_bytes_over_ranks<T>(                         \
      KeyExchange, const AttentionShape&, const InputShare&, int)
SUITE_OVER_RANKS(float);
SUITE_OVER_RANKS(double);
#undef SUITE_OVER_RANKS

}  // namespace suite
