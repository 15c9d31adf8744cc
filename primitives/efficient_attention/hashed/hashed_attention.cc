#include "primitives/efficient_attention/hashed/hashed_attention.h"

#include <omp.h>

#include <algorithm>

#include "primitives/threads.h"

namespace suite {
namespace {

// Chunks of one unit of work: it gathers one more, that before its first.
constexpr std::size_t kRun = 16;
// Numbers of chunks are lanes too: exact, and so are they less a half.
constexpr std::size_t kMostChunks = std::size_t{1} << 22;

}  // namespace

template <class T>
std::uint64_t HashedAttention<T>::buffer_bytes(const HashedShape& s,
                                               int threads) {
  const std::size_t rows = s.hash.batch * s.hash.heads * s.hash.rows;
  return HashOrder<T>::buffer_bytes(s.hash, threads) +
         sizeof(T) * (static_cast<std::size_t>(threads) *
                          HashedScratch<T>::size(s) +
                      rows * (2 + s.earlier_rounds()));
}

template <class T>
void HashedAttention<T>::prepare(const HashedShape& s) {
  const std::size_t heads = s.hash.batch * s.hash.heads;
  reference_.resize({heads, s.hash.rows});
  sum_.resize({heads, s.hash.rows});
  earlier_.resize({heads, s.hash.rows, s.earlier_rounds()});
  scratch_.resize(static_cast<std::size_t>(threads()));
  for (HashedScratch<T>& each : scratch_) each.resize(s);
}

template <class T>
void HashedAttention<T>::book(const HashedShape& s, double scores,
                              double weighted_sum, Ledger& ledger) const {
  std::size_t pairs = 0, rows = 0;
  for (std::size_t b = 0; b < s.hash.batch; ++b) {
    pairs += s.hash.heads * s.hash.rounds * s.pairs(order_.shown(b));
    rows += s.hash.heads * s.hash.rounds * order_.shown(b);
  }
  ledger.add(Part::scores, {.macs = pairs * s.hash.channels,
                            .bytes_moved =
                                2 * sizeof(T) * rows * s.hash.channels,
                            .seconds = scores});
  ledger.add(Part::softmax, {.logits = pairs});
  ledger.add(Part::weighted_sum,
             {.macs = pairs * s.v_channels,
              .bytes_moved = 2 * sizeof(T) * rows * s.v_channels,
              .seconds = weighted_sum});
}

template <class T>
void HashedAttention<T>::forward(const HashedShape& s, const Inputs& inputs,
                                 Tensor<T, 3>& output, Ledger& ledger) {
  require(s.chunk > 0 && s.hash.rounds > 0 &&
              divide_up(s.hash.rows, s.chunk) <= kMostChunks,
          "hashed attention: {} rounds of chunks of {} in {} rows: allowed are "
          "1 to {} chunks",
          s.hash.rounds, s.chunk, s.hash.rows, kMostChunks);
  require(inputs.values.batch == s.hash.batch &&
              inputs.values.rows == s.hash.rows &&
              inputs.values.cols == s.hash.heads * s.v_channels,
          "hashed attention: the values are [{}, {}, {}], expected are [{}, {}, "
          "{}]",
          inputs.values.batch, inputs.values.rows, inputs.values.cols,
          s.hash.batch, s.hash.rows, s.hash.heads * s.v_channels);
  order_.forward(s.hash, inputs.queries, inputs.rotations, inputs.mask,
                 ledger[Part::scores]);
  prepare(s);
  output.resize({s.hash.batch, s.hash.rows, s.hash.heads * s.v_channels});
  if (!ledger.computes()) return book(s, 0, 0, ledger);
  for (std::size_t i = 0; i < inputs.mask.size(); ++i) {
    if (inputs.mask.data()[i] != 0) continue;
    std::fill_n(all_rows(output).row(i), output.shape(2), T(0));
  }
  const std::size_t runs =
      divide_up(divide_up(s.hash.rows, s.chunk), kRun);
  const std::size_t units = s.hash.batch * s.hash.heads * runs;
  const TickScale scale;
  AttentionSteps steps;
#pragma omp parallel
  {
    AttentionSteps mine;
    HashedScratch<T>& scratch = scratch_[omp_get_thread_num()];
    for (std::size_t round = 0; round < s.hash.rounds; ++round) {
#pragma omp for schedule(dynamic)
      for (std::size_t unit = 0; unit < units; ++unit) {
        const HashedRows<T> rows =
            rows_of(s, inputs, unit / runs, round, output);
        const std::size_t chunks = divide_up(rows.shown, s.chunk);
        const std::size_t first = unit % runs * kRun;
        HashedReader<T>(s, rows, scratch, mine)
            .read(first, std::min(first + kRun, chunks));
      }
    }
#pragma omp critical
    steps += mine;
  }
  const double share = scale.seconds_per_tick() / threads();
  book(s, share * static_cast<double>(steps.scores),
       share * static_cast<double>(steps.weighted_sum), ledger);
}

template <class T>
HashedRows<T> HashedAttention<T>::rows_of(const HashedShape& s,
                                          const Inputs& inputs,
                                          std::size_t index, std::size_t round,
                                          Tensor<T, 3>& output) {
  const std::size_t b = index / s.hash.heads, head = index % s.hash.heads;
  const std::size_t d = s.hash.channels, v = s.v_channels;
  return {example(inputs.queries, b).columns(head * d, d),
          example(inputs.values, b).columns(head * v, v),
          example(output, b).columns(head * v, v),
          &reference_(index, 0),
          &sum_(index, 0),
          earlier_.data() + index * s.hash.rows * s.earlier_rounds(),
          order_.rows(b, head, round),
          order_.shown(b),
          round};
}

template class HashedAttention<float>;
template class HashedAttention<double>;

}  // namespace suite
