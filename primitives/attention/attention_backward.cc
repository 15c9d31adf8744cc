#include "primitives/attention/attention_backward.h"

#include <omp.h>

#include <algorithm>

#include "primitives/attention/materialised.h"
#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// Units to aim for, enough to keep the threads of a large machine busy, and the
// keys that one should have at least: each has its own sums of all queries'
// gradients.
constexpr std::size_t kUnitsWanted = 32, kKeysPerRange = 1024;

// Row by row, those with `valid` 0 getting zeros.
template <class T>
void spread_rows(const T* rows, std::size_t stride, const std::uint8_t* valid,
                 MatrixView<T> to) {
  for (std::size_t r = 0; r < to.rows; ++r) {
    if (valid != nullptr && valid[r] == 0) {
      std::fill_n(to.row(r), to.cols, T(0));
    } else {
      copy_row(rows, to.cols, to.row(r));
      rows += stride;
    }
  }
}

template <class T>
void check(const AttentionShape& s, const AttentionResult<T>& result,
           const AttentionInputGradients<T>& gradients) {
  const auto fits = [&](const auto& view, std::size_t rows, std::size_t cols) {
    return view.batch == s.batch && view.rows == rows && view.cols == cols;
  };
  const std::size_t qk = s.heads_of_keys() * s.qk_channels;
  const std::size_t v = s.heads_of_keys() * s.v_channels;
  require(fits(result.output, s.queries, s.heads * s.v_channels) &&
              fits(result.d_output, s.queries, s.heads * s.v_channels) &&
              fits(gradients.queries, s.queries, s.heads * s.qk_channels) &&
              fits(gradients.keys, s.keys, qk) &&
              fits(gradients.values, s.keys, v),
          "attention backward: what it is given does not fit {} examples, {} "
          "queries, {} keys and {} heads",
          s.batch, s.queries, s.keys, s.heads);
}

}  // namespace

template <class T>
AttentionBackwardCuts attention_backward_cuts(const AttentionShape& s) {
  const std::size_t units = s.batch * s.heads_of_keys();
  AttentionBackwardCuts cuts;
  cuts.ranges = std::clamp<std::size_t>(
      std::min(divide_up(kUnitsWanted, units), s.keys / kKeysPerRange), 1,
      kUnitsWanted);
  cuts.range = divide_up(s.keys, cuts.ranges);
  cuts.ranges = divide_up(s.keys, cuts.range);
  cuts.tile = std::min(cuts.range, even_part(cuts.range, depth_tile<T>()));
  return cuts;
}

// One head of keys of one example, and a range of its keys.
template <class T>
struct AttentionBackward<T>::Unit {
  std::size_t example, key_head, range, first_key, keys;

  Unit(const AttentionBackwardCuts& cuts, const AttentionShape& s,
       std::size_t index)
      : example(index / cuts.ranges / s.heads_of_keys()),
        key_head(index / cuts.ranges % s.heads_of_keys()),
        range(index % cuts.ranges),
        first_key(range * cuts.range),
        keys(std::min(cuts.range, s.keys - first_key)) {}

  template <class U>
  MatrixView<U> of_keys(const BatchView<U>& all, std::size_t channels) const {
    return suite::example(all, example)
        .row_range(first_key, keys)
        .columns(key_head * channels, channels);
  }
};

template <class T>
void AttentionBackward<T>::lay_out(const AttentionShape& s, Buffers& buffers) {
  if (form_ == AttentionForm::materialised) {
    buffers(d_weights_, {s.queries, s.keys});
    return;
  }
  const AttentionBackwardCuts cuts = attention_backward_cuts<T>(s);
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.keys, {cuts.tile * s.qk_channels});
    own(each.values, {cuts.tile * s.v_channels});
    own(each.d_keys, {cuts.tile * padded<T>(s.qk_channels)});
    own(each.d_values, {cuts.tile * padded<T>(s.v_channels)});
    each.room.lay_out(cuts.tile, own);
  });
  buffers(packed_,
          {s.batch, s.heads,
           BackwardQueries<T>::size(s.queries, s.qk_channels, s.v_channels)});
  buffers(d_queries_, {s.batch, s.heads, cuts.ranges,
                       padded<T>(s.queries) * s.qk_channels});
}

template <class T>
void AttentionBackward<T>::run(const AttentionInputs<T>& inputs,
                               const AttentionResult<T>& result,
                               const AttentionInputGradients<T>& gradients,
                               Ledger& ledger) {
  const AttentionShape s = inputs.shape();
  check(s, result, gradients);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  if (form_ == AttentionForm::materialised) {
    materialised_backward(inputs, result.trace.weights, result.d_output,
                          gradients, d_weights_, ledger);
  } else {
    stream(inputs, result, gradients, ledger);
  }
}

template <class T>
void AttentionBackward<T>::stream(const AttentionInputs<T>& inputs,
                                  const AttentionResult<T>& result,
                                  const AttentionInputGradients<T>& gradients,
                                  Ledger& ledger) {
  const AttentionShape s = inputs.shape();
  const AttentionBackwardCuts cuts = attention_backward_cuts<T>(s);
  require(result.trace.log_sum_exp.size() == s.batch * s.heads * s.queries,
          "attention backward: {} log-sum-exps for {} queries of {} heads",
          result.trace.log_sum_exp.size(), s.batch * s.queries, s.heads);
  if (!ledger.computes()) {
    const std::size_t shown = inputs.shown_keys();
    return book_attention_backward({.pairs = s.heads * s.queries * shown}, s,
                                   shown, sizeof(T), {}, ledger);
  }
  const std::size_t group = s.heads / s.heads_of_keys();
  const std::size_t qk = s.qk_channels, v = s.v_channels;
  const auto queries_of = [&](std::size_t b, std::size_t h) {
    return BackwardQueries<T>(&packed_(b, h, 0), s.queries, qk, v);
  };
  const TickScale scale;
  AttentionSteps steps;
#pragma omp parallel
  {
    AttentionSteps mine;
    Scratch& scratch = scratch_[omp_get_thread_num()];
    TickClock clock;
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < s.batch * s.heads; ++i) {
      const std::size_t b = i / s.heads, h = i % s.heads;
      queries_of(b, h).pack(example(inputs.queries, b).columns(h * qk, qk),
                            example(result.output, b).columns(h * v, v),
                            example(result.d_output, b).columns(h * v, v),
                            &result.trace.log_sum_exp(b, h, 0), qk);
      std::fill_n(&d_queries_(b, h, 0, 0), cuts.ranges * d_queries_.shape(3),
                  T(0));
    }
    clock.lap(mine.scores);
#pragma omp for schedule(dynamic)
    for (std::size_t index = 0;
         index < s.batch * s.heads_of_keys() * cuts.ranges; ++index) {
      const Unit unit(cuts, s, index);
      const std::uint8_t* valid = inputs.valid_keys(unit.example);
      if (valid != nullptr) valid += unit.first_key;
      const auto all_keys = inputs.keys_of(unit.example, unit.key_head)
                                .row_range(unit.first_key, unit.keys);
      const auto all_values = inputs.values_of(unit.example, unit.key_head)
                                  .row_range(unit.first_key, unit.keys);
      for (std::size_t n = 0; n < unit.keys; n += cuts.tile) {
        const std::size_t count = std::min(cuts.tile, unit.keys - n);
        const std::uint8_t* shown = valid == nullptr ? nullptr : valid + n;
        const ShownRows<T> keys = shown_rows(all_keys.row_range(n, count),
                                             shown, scratch.keys.data());
        const ShownRows<T> values = shown_rows(all_values.row_range(n, count),
                                               shown, scratch.values.data());
        std::fill(scratch.d_keys.begin(), scratch.d_keys.end(), T(0));
        std::fill(scratch.d_values.begin(), scratch.d_values.end(), T(0));
        clock.lap(mine.scores);
        for (std::size_t g = 0; g < group; ++g) {
          const std::size_t h = unit.key_head * group + g;
          backward_tile<T>({keys.rows, values.rows, keys.count, qk, v},
                           queries_of(unit.example, h),
                           &d_queries_(unit.example, h, unit.range, 0),
                           {scratch.d_keys.data(), scratch.d_values.data()},
                           scratch.room, mine, clock);
        }
        spread_rows(scratch.d_keys.data(), padded<T>(qk), shown,
                    unit.of_keys(gradients.keys, qk).row_range(n, count));
        clock.lap(mine.scores);
        spread_rows(scratch.d_values.data(), padded<T>(v), shown,
                    unit.of_keys(gradients.values, v).row_range(n, count));
        clock.lap(mine.weighted_sum);
      }
    }
    const std::size_t panels = panel_count<T>(s.queries);
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < s.batch * s.heads * panels; ++i) {
      const std::size_t b = i / panels / s.heads, h = i / panels % s.heads;
      sum_query_panels(&d_queries_(b, h, 0, 0), cuts.ranges,
                       d_queries_.shape(3), i % panels,
                       example(gradients.queries, b).columns(h * qk, qk));
    }
    clock.lap(mine.scores);
#pragma omp critical
    steps += mine;
  }
  book_attention_backward(steps, s, inputs.shown_keys(), sizeof(T), scale,
                          ledger);
}

template AttentionBackwardCuts attention_backward_cuts<float>(
    const AttentionShape&);
template AttentionBackwardCuts attention_backward_cuts<double>(
    const AttentionShape&);
template class AttentionBackward<float>;
template class AttentionBackward<double>;

}  // namespace suite
