#include "primitives/attention/attention_steps.h"

#include "primitives/threads.h"

namespace suite {

AttentionSteps& AttentionSteps::operator+=(const AttentionSteps& other) {
  scores += other.scores;
  weighted_sum += other.weighted_sum;
  pairs += other.pairs;
  return *this;
}

namespace {

// So many products with keys and with values, so many times their operands'
// bytes.
struct Times {
  std::uint64_t keys = 1, values = 1, bytes = 1;
};

void book(const Times& times, const AttentionSteps& steps,
          const AttentionShape& s, std::size_t keys_read, std::size_t scalar,
          const TickScale& scale, Ledger& ledger) {
  // The steps interleave, so each gets the mean of its time over the threads;
  // operands count once, as read from or written to memory.
  const double share = scale.seconds_per_tick() / threads();
  const std::uint64_t bytes =
      times.bytes * scalar *
      (s.heads * s.batch * s.queries + s.heads_of_keys() * keys_read);
  ledger.add(Part::scores,
             {.macs = times.keys * steps.pairs * s.qk_channels,
              .bytes_moved = bytes * s.qk_channels,
              .seconds = share * static_cast<double>(steps.scores)});
  ledger.add(Part::softmax, {.logits = steps.pairs});
  ledger.add(Part::weighted_sum,
             {.macs = times.values * steps.pairs * s.v_channels,
              .bytes_moved = bytes * s.v_channels,
              .seconds = share * static_cast<double>(steps.weighted_sum)});
}

}  // namespace

void book_attention(const AttentionSteps& steps, const AttentionShape& shape,
                    std::size_t keys_read, std::size_t scalar,
                    const TickScale& scale, Ledger& ledger) {
  book({}, steps, shape, keys_read, scalar, scale, ledger);
}

void book_attention_backward(const AttentionSteps& steps,
                             const AttentionShape& shape, std::size_t keys_read,
                             std::size_t scalar, const TickScale& scale,
                             Ledger& ledger, const BackwardProducts& made) {
  book({made.keys, made.values, /*bytes=*/2}, steps, shape, keys_read, scalar,
       scale, ledger);
}

}  // namespace suite
