#include "primitives/efficient_attention/kernel/kernel_backward.h"

#include <omp.h>

#include <algorithm>
#include <limits>

#include "primitives/efficient_attention/kernel/kernel_tiles.h"
#include "primitives/panels/parallel_product.h"
#include "primitives/panels/transposed_product.h"
#include "primitives/threads.h"
#include "primitives/ticks.h"
#include "support/check.h"

namespace suite {

using namespace kernel_detail;

// What belongs to one head of one example, or to some of its rows.
template <class T>
struct KernelAttentionBackward<T>::Head {
  MatrixView<const T> queries, keys, values, output, d_output;
  MatrixView<T> d_queries, d_keys, d_values;
  const std::uint8_t* valid;

  static Head of(const KernelShape& s,
                 const typename KernelAttention<T>::Inputs& in,
                 const Result& result, const Gradients& gradients,
                 std::size_t index) {
    const std::size_t b = index / s.heads, h = index % s.heads;
    const std::size_t d = in.queries.cols / s.heads, v = s.v_channels;
    const auto part = [&](const auto& all, std::size_t channels) {
      return example(all, b).columns(h * channels, channels);
    };
    return {part(in.queries, d),
            part(in.keys, d),
            part(in.values, v),
            part(result.output, v),
            part(result.d_output, v),
            part(gradients.queries, d),
            part(gradients.keys, d),
            part(gradients.values, v),
            in.mask.size() == 0 ? nullptr : &in.mask(b, 0)};
  }
  Head rows(std::size_t first, std::size_t end) const {
    const auto part = [&](const auto& all) {
      return all.row_range(first, end - first);
    };
    return {part(queries),
            part(keys),
            part(values),
            part(output),
            part(d_output),
            part(d_queries),
            part(d_keys),
            part(d_values),
            valid == nullptr ? nullptr : valid + first};
  }
  std::size_t count() const { return keys.rows; }
  std::size_t width() const { return values.cols + 1; }
};

// Time on one thread.
template <class T>
struct KernelAttentionBackward<T>::Steps {
  Ticks features = 0, scores = 0, values = 0;
  TickClock clock = {};

  void add(const Steps& other) {
    features += other.features;
    scores += other.scores;
    values += other.values;
  }
};

template <class T>
void KernelAttentionBackward<T>::lay_out(const KernelShape& s,
                                         Buffers& buffers) {
  const KernelCuts cuts(s);
  const std::size_t width = padded<T>(s.v_channels + 1);
  const std::size_t heads = s.causal ? s.batch * s.heads : 0;
  const std::size_t pairs = s.causal ? cuts.tile : 0;
  buffers(sums_, {cuts.units, s.features, width});
  buffers(d_sums_, {cuts.units, s.features, width});
  buffers(shifts_, {cuts.units});
  buffers(totals_, {heads, s.rows});
  buffers(tile_shifts_, {heads, cuts.tiles});
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.features, {cuts.tile, s.features});
    own(each.d_features, {cuts.tile, s.features});
    own(each.other_features, {pairs, s.features});
    own(each.values, {cuts.tile, width});
    own(each.d_sums, {cuts.tile, width});
    own(each.weights, {pairs, pairs});
    own(each.d_weights, {pairs, pairs});
    own(each.totals, {cuts.tile});
  });
}

template <class T>
void KernelAttentionBackward<T>::sum_keys(const FeatureMap<T>& map,
                                          const Head& head,
                                          const KernelCuts& cuts,
                                          std::size_t unit, Scratch& scratch,
                                          Steps& steps) {
  const MatrixView<T> sums = sums_of(sums_, unit, head.width());
  clear(sums);
  T shift = std::numeric_limits<T>::lowest();
  const std::size_t begin = unit % cuts.ranges * cuts.range;
  const std::size_t end = std::min(begin + cuts.range, head.count());
  for (std::size_t n = begin; n < end; n += cuts.tile) {
    const Head tile = head.rows(n, std::min(n + cuts.tile, end));
    const auto features = corner(scratch.features, tile.count(), sums.rows);
    const auto values = corner(scratch.values, tile.count(), sums.cols);
    const T before = shift;
    map.of_keys(tile.keys, tile.valid, features, shift);
    steps.clock.lap(steps.features);
    scale_by(before, shift, sums);
    with_ones(tile.values, tile.valid, values);
    add_transposed_serial<T>(features, values, sums);
    steps.clock.lap(steps.values);
  }
  shifts_(unit) = shift;
}

// The sums of a head's ranges become those of its first.
template <class T>
void KernelAttentionBackward<T>::merge_keys(const KernelCuts& cuts,
                                            std::size_t head, Steps& steps) {
  const std::size_t first = head * cuts.ranges;
  const MatrixView<T> all = example(sums_, first);
  for (std::size_t unit = first + 1; unit < first + cuts.ranges; ++unit) {
    const MatrixView<T> more = example(sums_, unit);
    const T shift = std::max(shifts_(first), shifts_(unit));
    scale_by(shifts_(first), shift, all);
    scale_by(shifts_(unit), shift, more);
    add_all(more, all);
    shifts_(first) = shift;
  }
  steps.clock.lap(steps.values);
}

template <class T>
void KernelAttentionBackward<T>::of_queries(const FeatureMap<T>& map,
                                            const Head& head,
                                            const KernelCuts& cuts,
                                            std::size_t unit, Scratch& scratch,
                                            Steps& steps) {
  const MatrixView<const T> sums =
      sums_of(sums_, unit / cuts.ranges * cuts.ranges, head.width());
  const MatrixView<T> gathered = sums_of(d_sums_, unit, head.width());
  clear(gathered);
  const std::size_t begin = unit % cuts.ranges * cuts.range;
  const std::size_t end = std::min(begin + cuts.range, head.count());
  for (std::size_t n = begin; n < end; n += cuts.tile) {
    const Head tile = head.rows(n, std::min(n + cuts.tile, end));
    const std::size_t count = tile.count();
    const auto features = corner(scratch.features, count, sums.rows);
    const auto d_features = corner(scratch.d_features, count, sums.rows);
    const auto d_sums = corner(scratch.d_sums, count, sums.cols);
    map.of_queries(tile.queries, features);
    steps.clock.lap(steps.features);
    serial_product<T>(features, RightFactor<T>{sums.columns(sums.cols - 1, 1)},
                      {scratch.totals.data(), count, 1, 1}, AsItIs<T>());
    of_means(tile.output, tile.d_output, scratch.totals.data(), d_sums);
    add_transposed_serial<T>(features, d_sums, gathered);
    steps.clock.lap(steps.values);
    serial_product<T>(d_sums, RightFactor<T>{sums, /*transpose=*/true},
                      d_features, AsItIs<T>());
    steps.clock.lap(steps.scores);
    map.of_queries_backward(tile.queries, features, d_features, tile.d_queries);
    steps.clock.lap(steps.features);
  }
}

template <class T>
void KernelAttentionBackward<T>::merge_queries(const KernelCuts& cuts,
                                               std::size_t head, Steps& steps) {
  const std::size_t first = head * cuts.ranges;
  const MatrixView<T> all = example(d_sums_, first);
  for (std::size_t unit = first + 1; unit < first + cuts.ranges; ++unit) {
    add_all(example(d_sums_, unit), all);
  }
  steps.clock.lap(steps.values);
}

template <class T>
void KernelAttentionBackward<T>::of_keys(const FeatureMap<T>& map,
                                         const Head& head,
                                         const KernelCuts& cuts,
                                         std::size_t unit, Scratch& scratch,
                                         Steps& steps) {
  const std::size_t first = unit / cuts.tiles * cuts.ranges;
  const std::size_t n = unit % cuts.tiles * cuts.tile;
  const Head tile = head.rows(n, std::min(n + cuts.tile, head.count()));
  const MatrixView<const T> gathered = sums_of(d_sums_, first, head.width());
  const std::size_t count = tile.count();
  const auto features = corner(scratch.features, count, gathered.rows);
  const auto d_features = corner(scratch.d_features, count, gathered.rows);
  const auto values = corner(scratch.values, count, gathered.cols);
  T shift = shifts_(first);  // no key of the head raises it any more
  map.of_keys(tile.keys, tile.valid, features, shift);
  steps.clock.lap(steps.features);
  with_ones(tile.values, tile.valid, values);
  serial_product<T>(values, RightFactor<T>{gathered, /*transpose=*/true},
                    d_features, AsItIs<T>());
  steps.clock.lap(steps.scores);
  serial_product<T>(features,
                    RightFactor<T>{gathered.columns(0, tile.values.cols)},
                    tile.d_values, AsItIs<T>());
  steps.clock.lap(steps.values);
  map.of_keys_backward(tile.keys, tile.valid, features, d_features,
                       tile.d_keys);
  steps.clock.lap(steps.features);
}

// Queries' gradients, and what a pass from the end needs of this one.
template <class T>
void KernelAttentionBackward<T>::causal_forwards(
    const FeatureMap<T>& map, const Head& head, const KernelCuts& cuts,
    std::size_t index, Scratch& scratch, Steps& steps) {
  const MatrixView<T> sums = sums_of(sums_, index, head.width());
  clear(sums);
  T shift = std::numeric_limits<T>::lowest();
  for (std::size_t t = 0; t < cuts.tiles; ++t) {
    const std::size_t n = t * cuts.tile;
    const Head tile = head.rows(n, std::min(n + cuts.tile, head.count()));
    const std::size_t count = tile.count();
    const auto features = corner(scratch.features, count, sums.rows);
    const auto of_keys = corner(scratch.other_features, count, sums.rows);
    const auto d_features = corner(scratch.d_features, count, sums.rows);
    const auto values = corner(scratch.values, count, sums.cols);
    const auto d_sums = corner(scratch.d_sums, count, sums.cols);
    const auto pairs = corner(scratch.weights, count, count);
    T* const totals = &totals_(index, n);
    const T before = shift;
    map.of_queries(tile.queries, features);
    map.of_keys(tile.keys, tile.valid, of_keys, shift);
    tile_shifts_(index, t) = shift;
    steps.clock.lap(steps.features);
    scale_by(before, shift, sums);
    serial_product<T>(features, RightFactor<T>{of_keys, /*transpose=*/true},
                      pairs, AsItIs<T>());
    clear_later(pairs);
    steps.clock.lap(steps.scores);
    serial_product<T>(features, RightFactor<T>{sums.columns(sums.cols - 1, 1)},
                      {totals, count, 1, 1}, AsItIs<T>());
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t j = 0; j <= r; ++j) totals[r] += pairs.row(r)[j];
    }
    of_means<T>(tile.output, tile.d_output, totals, d_sums);
    with_ones(tile.values, tile.valid, values);
    serial_product<T>(d_sums, RightFactor<T>{values, /*transpose=*/true}, pairs,
                      AsItIs<T>());
    clear_later(pairs);
    steps.clock.lap(steps.values);
    serial_product<T>(pairs, RightFactor<T>{of_keys}, d_features, AsItIs<T>());
    serial_product<T>(d_sums, RightFactor<T>{sums, /*transpose=*/true},
                      d_features, AsItIs<T>(), /*onto=*/true);
    steps.clock.lap(steps.scores);
    map.of_queries_backward(tile.queries, features, d_features, tile.d_queries);
    steps.clock.lap(steps.features);
    add_transposed_serial<T>(of_keys, values, sums);
    steps.clock.lap(steps.values);
  }
}

// Keys' and values' gradients.
template <class T>
void KernelAttentionBackward<T>::causal_backwards(
    const FeatureMap<T>& map, const Head& head, const KernelCuts& cuts,
    std::size_t index, Scratch& scratch, Steps& steps) {
  const MatrixView<T> gathered = sums_of(d_sums_, index, head.width());
  const std::size_t v = head.values.cols;
  clear(gathered);
  T after = tile_shifts_(index, cuts.tiles - 1);
  for (std::size_t t = cuts.tiles; t-- > 0;) {
    const std::size_t n = t * cuts.tile;
    const Head tile = head.rows(n, std::min(n + cuts.tile, head.count()));
    const std::size_t count = tile.count();
    const auto features = corner(scratch.features, count, gathered.rows);
    const auto of_keys = corner(scratch.other_features, count, gathered.rows);
    const auto d_features = corner(scratch.d_features, count, gathered.rows);
    const auto values = corner(scratch.values, count, gathered.cols);
    const auto d_sums = corner(scratch.d_sums, count, gathered.cols);
    const auto weights = corner(scratch.weights, count, count);
    const auto d_weights = corner(scratch.d_weights, count, count);
    T shift = tile_shifts_(index, t);
    map.of_queries(tile.queries, features);
    map.of_keys(tile.keys, tile.valid, of_keys, shift);
    steps.clock.lap(steps.features);
    // Totals of later tiles were those of features with a higher shift.
    scale_by(shift, after, gathered);
    after = shift;
    of_means<T>(tile.output, tile.d_output, &totals_(index, n), d_sums);
    with_ones(tile.values, tile.valid, values);
    serial_product<T>(features, RightFactor<T>{of_keys, /*transpose=*/true},
                      weights, AsItIs<T>());
    clear_later(weights);
    steps.clock.lap(steps.scores);
    serial_product<T>(d_sums, RightFactor<T>{values, /*transpose=*/true},
                      d_weights, AsItIs<T>());
    clear_later(d_weights);
    serial_product<T>(of_keys, RightFactor<T>{gathered.columns(0, v)},
                      tile.d_values, AsItIs<T>());
    add_transposed_serial<T>(weights, d_sums.columns(0, v), tile.d_values);
    steps.clock.lap(steps.values);
    serial_product<T>(values, RightFactor<T>{gathered, /*transpose=*/true},
                      d_features, AsItIs<T>());
    add_transposed_serial<T>(d_weights, features, d_features);
    steps.clock.lap(steps.scores);
    map.of_keys_backward(tile.keys, tile.valid, of_keys, d_features,
                         tile.d_keys);
    steps.clock.lap(steps.features);
    add_transposed_serial<T>(features, d_sums, gathered);
    steps.clock.lap(steps.values);
  }
}

template <class T>
void KernelAttentionBackward<T>::run(
    const KernelShape& s, const FeatureMap<T>& map,
    const typename KernelAttention<T>::Inputs& inputs, const Result& result,
    const Gradients& gradients, Ledger& ledger) {
  require(result.output.rows == s.rows && result.d_output.rows == s.rows &&
              gradients.queries.cols == inputs.queries.cols &&
              gradients.keys.cols == inputs.keys.cols &&
              gradients.values.cols == inputs.values.cols,
          "kernel attention backward: what it is given does not fit {} "
          "examples, {} rows and {} heads",
          s.batch, s.rows, s.heads);
  const KernelCuts cuts(s);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  const std::size_t heads = s.batch * s.heads;
  const TickScale scale;
  Steps steps;
  if (ledger.computes()) {
    const auto head = [&](std::size_t index) {
      return Head::of(s, inputs, result, gradients, index);
    };
#pragma omp parallel
    {
      Steps mine;
      Scratch& scratch = scratch_[omp_get_thread_num()];
      if (s.causal) {
#pragma omp for schedule(dynamic)
        for (std::size_t h = 0; h < heads; ++h) {
          causal_forwards(map, head(h), cuts, h, scratch, mine);
          causal_backwards(map, head(h), cuts, h, scratch, mine);
        }
      } else {
#pragma omp for schedule(dynamic)
        for (std::size_t u = 0; u < cuts.units; ++u) {
          sum_keys(map, head(u / cuts.ranges), cuts, u, scratch, mine);
        }
#pragma omp for schedule(static)
        for (std::size_t h = 0; h < heads; ++h) merge_keys(cuts, h, mine);
#pragma omp for schedule(dynamic)
        for (std::size_t u = 0; u < cuts.units; ++u) {
          of_queries(map, head(u / cuts.ranges), cuts, u, scratch, mine);
        }
#pragma omp for schedule(static)
        for (std::size_t h = 0; h < heads; ++h) merge_queries(cuts, h, mine);
#pragma omp for schedule(dynamic)
        for (std::size_t u = 0; u < heads * cuts.tiles; ++u) {
          of_keys(map, head(u / cuts.tiles), cuts, u, scratch, mine);
        }
      }
#pragma omp critical
      steps.add(mine);
    }
  }
  const double share = scale.seconds_per_tick() / threads();
  const auto seconds = [&](Ticks t) { return share * static_cast<double>(t); };
  const std::size_t v = s.v_channels, r = s.features;
  const std::size_t pairs = s.causal ? cuts.pairs(s.rows) : 0;
  const std::uint64_t moved = sizeof(T) * heads * s.rows * v;
  Work features = (s.causal ? 4 : 3) * map.work(heads * s.rows) +
                  2 * map.backward_work(heads * s.rows);
  features.seconds = seconds(steps.features);
  ledger.add(Part::softmax, features);
  ledger.add(Part::scores,
             {.macs = heads * r * (2 * s.rows * (v + 1) + 4 * pairs),
              .bytes_moved = 2 * moved,  // output and its gradient
              .seconds = seconds(steps.scores)});
  ledger.add(Part::weighted_sum,
             {.macs = heads * (s.rows * r * (3 * v + 3) + pairs * (3 * v + 2)),
              .bytes_moved = 2 * moved,  // values and theirs
              .seconds = seconds(steps.values)});
}

template class KernelAttentionBackward<float>;
template class KernelAttentionBackward<double>;

}  // namespace suite
