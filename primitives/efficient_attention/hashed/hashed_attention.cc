#include "primitives/efficient_attention/hashed/hashed_attention.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "primitives/efficient_attention/hashed/hashed_reader.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// Chunks of one unit of work: it gathers one more, that before its first.
constexpr std::size_t kRun = 16;
// Numbers of chunks are lanes too: exact, and so are they less a half.
constexpr std::size_t kMostChunks = std::size_t{1} << 22;

}  // namespace

template <class T>
void HashedScratch<T>::lay_out(const HashedShape& s, Buffers& buffers) {
  buffers(keys, {2 * s.chunk * s.hash.channels});
  buffers(values, {2 * s.chunk * s.v_channels});
  buffers(earlier, {2 * s.chunk * s.earlier_rounds()});
  buffers(queries, {padded<T>(s.chunk) * s.hash.channels});
  buffers(state, {kPanelWidth<T> * (2 + s.v_channels)});
  buffers(weights, {kPanelWidth<T> * depth_tile<T>()});
  buffers(asking, {kPanelWidth<T> * s.earlier_rounds()});
  buffers(seen, {kPanelWidth<T> * s.v_channels});
}

template <class T>
void HashedAttention<T>::lay_out(const HashedShape& s, Buffers& buffers) {
  const std::size_t heads = s.hash.batch * s.hash.heads;
  order_.lay_out(s.hash, buffers);
  buffers(reference_, {heads, s.hash.rows});
  buffers(sum_, {heads, s.hash.rows});
  buffers(earlier_, {heads, s.hash.rows, s.earlier_rounds()});
  buffers.for_each_thread(scratch_, [&](HashedScratch<T>& each, Buffers& own) {
    each.lay_out(s, own);
  });
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
                                 Tensor<T, 3>& output, Ledger& ledger,
                                 Tensor<T, 3>* log_sum_exp) {
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
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  output.resize({s.hash.batch, s.hash.rows, s.hash.heads * s.v_channels});
  if (log_sum_exp != nullptr) {
    log_sum_exp->resize({s.hash.batch, s.hash.heads, s.hash.rows});
  }
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
  if (log_sum_exp != nullptr) keep_log_sum_exp(s, inputs.mask, *log_sum_exp);
  const double share = scale.seconds_per_tick() / threads();
  book(s, share * static_cast<double>(steps.scores),
       share * static_cast<double>(steps.weighted_sum), ledger);
}

template <class T>
void HashedAttention<T>::keep_log_sum_exp(const HashedShape& s,
                                          const Mask& mask,
                                          Tensor<T, 3>& log_sum_exp) const {
  const std::size_t N = s.hash.rows;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < log_sum_exp.size(); ++i) {
    const std::size_t b = i / N / s.hash.heads, n = i % N;
    const bool shown = mask.size() == 0 || mask(b, n) != 0;
    const T sum = shown ? sum_.data()[i] : T(0);
    log_sum_exp.data()[i] = sum == 0
                                ? -std::numeric_limits<T>::infinity()
                                : static_cast<T>(std::numbers::ln2) *
                                      (reference_.data()[i] + std::log2(sum));
  }
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
