#include "primitives/efficient_attention/sparse/sparse_backward.h"

#include <omp.h>

#include <algorithm>

#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// As in attention's backward, but of queries.
constexpr std::size_t kUnitsWanted = 32, kQueriesPerRange = 1024;
// Rows of keys that are added up over ranges at once.
constexpr std::size_t kRowsAtOnce = 64;

// rows[count] ← sums, of which each row is padded, of all ranges in their
// order.
template <class T>
void sum_ranges(T* sums, std::size_t ranges, std::size_t stride,
                std::size_t first, MatrixView<T> rows) {
  const std::size_t wide = padded<T>(rows.cols);
  for (std::size_t r = 0; r < rows.rows; ++r) {
    T* const sum = sums + (first + r) * wide;
    for (std::size_t range = 1; range < ranges; ++range) {
      const T* const more = sum + range * stride;
      for (std::size_t c = 0; c < wide; c += kLanes<T>) {
        store(sum + c, load(sum + c) + load(more + c));
      }
    }
    copy_row(sum, rows.cols, rows.row(r));
  }
}

}  // namespace

SparseBackwardCuts::SparseBackwardCuts(const AttentionShape& s,
                                       const SparsePattern& pattern) {
  const std::size_t blocks = pattern.blocks();
  const std::size_t wanted = std::clamp<std::size_t>(
      std::min(divide_up(kUnitsWanted, s.batch * s.heads_of_keys()),
               pattern.rows / kQueriesPerRange),
      1, blocks);
  range = divide_up(blocks, wanted);
  ranges = divide_up(blocks, range);
}

// The heads of queries that read one head of keys, in a range of blocks.
template <class T>
struct SparseBackward<T>::Unit {
  const AttentionInputs<T>& inputs;
  const AttentionShape& shape;
  const SparsePattern& pattern;
  const AttentionResult<T>& result;
  const AttentionInputGradients<T>& gradients;
  Scratch& scratch;
  AttentionSteps& steps;
  TickClock& clock;
  T *d_keys, *d_values;  // [N, padded channels]
  std::size_t example, key_head;
  std::size_t head = 0;
  KeyRange block = {};

  template <class U>
  MatrixView<U> rows(const BatchView<U>& all, const KeyRange& range,
                     std::size_t channels, std::size_t of_head) const {
    return suite::example(all, example)
        .row_range(range.first, range.size())
        .columns(of_head * channels, channels);
  }
  BackwardQueries<T> queries() const {
    return {scratch.packed.data(), block.size(), shape.qk_channels,
            shape.v_channels};
  }

  // backward(tile of keys that are shown, its first key, gradients' place)
  // along a range; where some of a tile are hidden, sums lie side by side
  // first.
  template <class Backward>
  void for_each_tile(const KeyRange& range, const Backward& backward) {
    const std::size_t qk = shape.qk_channels, v = shape.v_channels;
    for (std::size_t n = range.first; n < range.last; n += depth_tile<T>()) {
      const KeyRange part{n, std::min(range.last, n + depth_tile<T>())};
      const std::uint8_t* valid = inputs.valid_keys(example);
      if (valid != nullptr) valid += n;
      const ShownRows<T> keys = shown_rows(
          rows(inputs.keys, part, qk, key_head), valid, scratch.keys.data());
      const ShownRows<T> values = shown_rows(
          rows(inputs.values, part, v, key_head), valid, scratch.values.data());
      const HeadTile<T> tile{keys.rows, values.rows, keys.count, qk, v};
      std::size_t shown = 0;
      for (std::size_t i = 0; i < part.size(); ++i) {
        if (valid != nullptr && valid[i] == 0) continue;
        scratch.places(shown++) = static_cast<T>(i);
      }
      const TileGradients<T> own{d_keys + n * padded<T>(qk),
                                 d_values + n * padded<T>(v)};
      if (shown == part.size()) {
        backward(tile, n, own);
        continue;
      }
      std::fill_n(scratch.d_keys.data(), shown * padded<T>(qk), T(0));
      std::fill_n(scratch.d_values.data(), shown * padded<T>(v), T(0));
      backward(tile, n, {scratch.d_keys.data(), scratch.d_values.data()});
      for (std::size_t i = 0; i < shown; ++i) {
        const auto place = static_cast<std::size_t>(scratch.places(i));
        add_row(scratch.d_keys.data(), i, padded<T>(qk), own.keys, place);
        add_row(scratch.d_values.data(), i, padded<T>(v), own.values, place);
      }
      clock.lap(steps.scores);
    }
  }
  static void add_row(const T* from, std::size_t index, std::size_t width,
                      T* to, std::size_t place) {
    for (std::size_t c = 0; c < width; c += kLanes<T>) {
      T* const sum = to + place * width + c;
      store(sum, load(sum) + load(from + index * width + c));
    }
  }

  void read_whole(const KeyRange& range) {
    for_each_tile(range, [&](const HeadTile<T>& tile, std::size_t,
                             const TileGradients<T>& to) {
      backward_tile(tile, queries(), scratch.d_queries.data(), to, scratch.room,
                    steps, clock);
    });
  }

  // What only some of the block's queries read: each within its own range.
  void read_edge(const KeyRange& range) {
    for_each_tile(range, [&](const HeadTile<T>& tile, std::size_t n,
                             const TileGradients<T>& to) {
      const std::size_t count = std::min(range.last - n, depth_tile<T>());
      for (std::size_t i = 0; i < block.size(); ++i) {
        const KeyRange own = pattern.own(block.first + i);
        const KeyRange part = within(own, n, count);
        scratch.first(i) = static_cast<T>(part.first);
        scratch.last(i) = static_cast<T>(part.last);
        steps.pairs += shown_in({n + part.first, n + part.last},
                                inputs.valid_keys(example));
      }
      backward_tile(tile, queries(), scratch.d_queries.data(), to, scratch.room,
                    steps, clock, [&](std::size_t key, std::size_t query) {
                      const Vec<T> place(scratch.places(key));
                      return (place < load(&scratch.first(query))) ||
                             (place >= load(&scratch.last(query)));
                    });
    });
  }

  // All of one block of queries of one head.
  void read(std::size_t of_head, const KeyRange& of_block) {
    head = of_head;
    block = of_block;
    const std::size_t qk = shape.qk_channels, v = shape.v_channels;
    queries().pack(rows(inputs.queries, block, qk, head),
                   rows(result.output, block, v, head),
                   rows(result.d_output, block, v, head),
                   &result.trace.log_sum_exp(example, head, block.first), qk);
    std::fill_n(scratch.d_queries.data(), padded<T>(block.size()) * qk, T(0));
    // Lanes beyond the last query read nothing.
    std::fill(scratch.first.begin(), scratch.first.end(), T(0));
    std::fill(scratch.last.begin(), scratch.last.end(), T(0));
    clock.lap(steps.scores);
    pattern.for_each_run(
        block, scratch.runs, [&](const KeyRange& run) { read_whole(run); },
        [&](const KeyRange& run) { read_edge(run); });
    for (std::size_t p = 0; p < panel_count<T>(block.size()); ++p) {
      sum_query_panels(scratch.d_queries.data(), 1, 0, p,
                       rows(gradients.queries, block, qk, head));
    }
    clock.lap(steps.scores);
  }
};

template <class T>
void SparseBackward<T>::lay_out(const AttentionShape& s,
                                const SparsePattern& pattern,
                                Buffers& buffers) {
  const SparseBackwardCuts cuts(s, pattern);
  const std::size_t tile = depth_tile<T>(), block = pattern.block;
  const std::size_t qk = s.qk_channels, v = s.v_channels;
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.packed, {BackwardQueries<T>::size(block, qk, v)});
    own(each.d_queries, {padded<T>(block) * qk});
    own(each.keys, {tile * qk});
    own(each.values, {tile * v});
    own(each.d_keys, {tile * padded<T>(qk)});
    own(each.d_values, {tile * padded<T>(v)});
    own(each.places, {tile});
    own(each.first, {padded<T>(block)});
    own(each.last, {padded<T>(block)});
    each.room.lay_out(tile, own);
  });
  const std::size_t heads = s.batch * s.heads_of_keys();
  buffers(d_keys_, {heads, cuts.ranges, s.keys * padded<T>(qk)});
  buffers(d_values_, {heads, cuts.ranges, s.keys * padded<T>(v)});
}

template <class T>
void SparseBackward<T>::run(const AttentionInputs<T>& inputs,
                            const SparsePattern& pattern,
                            const AttentionResult<T>& result,
                            const AttentionInputGradients<T>& gradients,
                            Ledger& ledger) {
  const AttentionShape s = inputs.shape();
  require(s.queries == pattern.rows && s.keys == pattern.rows &&
              result.output.rows == s.queries &&
              result.d_output.rows == s.queries &&
              result.trace.log_sum_exp.size() == s.batch * s.heads * s.queries,
          "sparse attention backward: {} queries and {} keys, the pattern has "
          "{} rows; {} log-sum-exps",
          s.queries, s.keys, pattern.rows, result.trace.log_sum_exp.size());
  const SparseBackwardCuts cuts(s, pattern);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, pattern, buffers);
  if (!ledger.computes()) {
    return book_attention_backward({.pairs = pairs_of(inputs, pattern)}, s,
                                   inputs.shown_keys(), sizeof(T), {}, ledger);
  }
  const std::size_t blocks = pattern.blocks(), heads = s.heads_of_keys();
  const std::size_t group = s.heads / heads;
  const std::size_t parts = divide_up(s.keys, kRowsAtOnce);
  const TickScale scale;
  AttentionSteps steps;
#pragma omp parallel
  {
    AttentionSteps mine;
    Scratch& scratch = scratch_[omp_get_thread_num()];
    TickClock clock;
#pragma omp for schedule(dynamic)
    for (std::size_t u = 0; u < s.batch * heads * cuts.ranges; ++u) {
      const std::size_t i = u / cuts.ranges, range = u % cuts.ranges;
      T *d_keys = &d_keys_(i, range, 0), *d_values = &d_values_(i, range, 0);
      std::fill_n(d_keys, d_keys_.shape(2), T(0));
      std::fill_n(d_values, d_values_.shape(2), T(0));
      Unit unit{inputs, s,     pattern, result,   gradients, scratch,
                mine,   clock, d_keys,  d_values, i / heads, i % heads};
      const std::size_t first = range * cuts.range;
      for (std::size_t g = 0; g < group; ++g) {
        for (std::size_t b = first; b < std::min(first + cuts.range, blocks);
             ++b) {
          unit.read(unit.key_head * group + g, pattern.queries_of(b));
        }
      }
    }
#pragma omp for schedule(static)
    for (std::size_t u = 0; u < s.batch * heads * parts; ++u) {
      const std::size_t i = u / parts, first = u % parts * kRowsAtOnce;
      const std::size_t count = std::min(kRowsAtOnce, s.keys - first);
      const auto rows = [&](const BatchView<T>& all, std::size_t channels) {
        return example(all, i / heads)
            .row_range(first, count)
            .columns(i % heads * channels, channels);
      };
      sum_ranges(&d_keys_(i, 0, 0), cuts.ranges, d_keys_.shape(2), first,
                 rows(gradients.keys, s.qk_channels));
      sum_ranges(&d_values_(i, 0, 0), cuts.ranges, d_values_.shape(2), first,
                 rows(gradients.values, s.v_channels));
    }
    clock.lap(mine.weighted_sum);
#pragma omp critical
    steps += mine;
  }
  book_attention_backward(steps, s, inputs.shown_keys(), sizeof(T), scale,
                          ledger);
}

template class SparseBackward<float>;
template class SparseBackward<double>;

}  // namespace suite
