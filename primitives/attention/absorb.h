// The inner part of attention that streams: one head's tile of keys and values past
// queries in panels. Scores become weights in the registers that they were summed
// in; a panel's weights stay in the first-level cache until the values have
// passed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "primitives/attention/attention_state.h"
#include "primitives/attention/attention_steps.h"
#include "primitives/panels/block_product.h"

namespace suite {

// Keys [count, qk_channels] and values [count, v_channels] of one head, rows
// without a gap.
template <class T>
struct HeadTile {
  const T* keys;
  const T* values;
  std::size_t count;
  std::size_t qk_channels;
  std::size_t v_channels;
};

namespace absorb_detail {

// weights[count, width] ← the logits of the tile's first `count` keys.
template <class T, std::size_t vectors>
void score(const HeadTile<T>& tile, const T* queries, std::size_t count,
           T* weights) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const std::size_t d = tile.qk_channels;
  for_each_block(count, [&](std::size_t first, auto rows) {
    block_product<T, rows(), vectors, LeftOrder::row_by_row>(
        tile.keys + first * d, d, d, queries, FromZero<T>(),
        [&](std::size_t r, std::size_t v, const Vec<T>& score) {
          store(weights + (first + r) * kWidth + v * kLanes<T>, score);
        });
  });
}

// weights[tile.count, width] ← e^(logit − reference), their sum into the state.
template <class T, std::size_t vectors>
void weigh_all(const HeadTile<T>& tile, const T* queries,
               const RunningSoftmax<T, vectors>& state, T* weights) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const std::size_t d = tile.qk_channels;
  if (state.empty()) {
    const std::size_t few = std::min(kBlockRows, tile.count);
    score<T, vectors>(tile, queries, few, weights);
    state.refer_to(weights, few);
  }
  Vec<T> sums[vectors];
  for (std::size_t v = 0; v < vectors; ++v) sums[v] = Vec<T>(T(0));
  for_each_block(tile.count, [&](std::size_t first, auto rows) {
    // Copies, since a store of a vector may change whatever is not a local.
    T* const out = weights + first * kWidth;
    const T* const reference = state.reference();
    Vec<T> block[vectors];
    for (std::size_t v = 0; v < vectors; ++v) block[v] = sums[v];
    block_product<T, rows(), vectors, LeftOrder::row_by_row>(
        tile.keys + first * d, d, d, queries, FromZero<T>(),
        [=, &block](std::size_t r, std::size_t v, const Vec<T>& score) {
          const Vec<T> weight =
              power_of_two(score - load(reference + v * kLanes<T>));
          block[v] += weight;
          store(out + r * kWidth + v * kLanes<T>, weight);
        });
    for (std::size_t v = 0; v < vectors; ++v) sums[v] = block[v];
  });
  if (state.add(sums)) return;
  score<T, vectors>(tile, queries, tile.count, weights);
  state.weigh_anew(weights, tile.count, sums);
}

// The same, and 0 where unread(key of the tile, vector) says so.
template <class T, std::size_t vectors, class Unread>
void weigh_some(const HeadTile<T>& tile, const T* queries,
                const RunningSoftmax<T, vectors>& state, T* weights,
                const Unread& unread) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const Vec<T> none(-std::numeric_limits<T>::infinity());
  // Scores become f(score, vector), −∞ where unread.
  const auto for_scores = [&](const auto& f) {
    for (std::size_t n = 0; n < tile.count; ++n) {
      for (std::size_t v = 0; v < vectors; ++v) {
        T* score = weights + n * kWidth + v * kLanes<T>;
        store(score, f(xsimd::select(unread(n, v), none, load(score)), v));
      }
    }
  };
  score<T, vectors>(tile, queries, tile.count, weights);
  if (!state.empty()) {
    Vec<T> sums[vectors], reference[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[v] = Vec<T>(T(0));
      reference[v] = load(state.reference() + v * kLanes<T>);
    }
    for_scores([&](const Vec<T>& score, std::size_t v) {
      const Vec<T> weight = power_of_two(score - reference[v]);
      sums[v] += weight;
      return weight;
    });
    if (state.add(sums)) return;
    score<T, vectors>(tile, queries, tile.count, weights);
  }
  for_scores([](const Vec<T>& score, std::size_t) { return score; });
  state.weigh(weights, tile.count);
}

// Adds weights[tile.count, width] times values to the state's weighted sum.
template <class T, std::size_t vectors>
void add_values(const HeadTile<T>& tile, const T* weights,
                const RunningSoftmax<T, vectors>& state) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  for_each_block(tile.v_channels, [&](std::size_t first, auto rows) {
    T* out = state.weighted() + first * kWidth;
    block_product<T, rows(), vectors, LeftOrder::depth_by_depth>(
        tile.values + first, tile.v_channels, tile.count, weights,
        [=](std::size_t r, std::size_t v) {
          return load(out + r * kWidth + v * kLanes<T>);
        },
        [=](std::size_t r, std::size_t v, const Vec<T>& sum) {
          store(out + r * kWidth + v * kLanes<T>, sum);
        });
  });
}

}  // namespace absorb_detail

// Every query reads every key.
struct ReadsAll {};

// One panel of queries reads a tile, but for the keys that unread(key of the tile,
// vector) leaves out. `weights` is scratch, [tile.count, width].
template <class T, std::size_t vectors, class Unread = ReadsAll>
void absorb_panel(const HeadTile<T>& tile, const T* queries,
                  const RunningSoftmax<T, vectors>& state, T* weights,
                  AttentionSteps& steps, TickClock& clock,
                  const Unread& unread = {}) {
  if constexpr (std::is_same_v<Unread, ReadsAll>) {
    absorb_detail::weigh_all(tile, queries, state, weights);
  } else {
    absorb_detail::weigh_some(tile, queries, state, weights, unread);
  }
  clock.lap(steps.scores);
  absorb_detail::add_values(tile, weights, state);
  clock.lap(steps.weighted_sum);
}

// All queries of a head, in panels, read a tile. `weights` is scratch, [tile.count,
// panel].
template <class T>
void absorb(const HeadTile<T>& tile, const T* queries,
            const AttentionState<T>& state, T* weights, AttentionSteps& steps,
            TickClock& clock) {
  if (tile.count == 0) return;
  for_each_panel<T>(state.queries(), [&](std::size_t first, auto vectors) {
    absorb_panel(tile, queries + first * tile.qk_channels,
                 state.template panel<vectors()>(first), weights, steps, clock);
  });
  steps.pairs += state.queries() * tile.count;
}

// panels ← the queries[count, ·] as logits in units of log 2 want them:
// transposed and times log2(e)/√d, with d = qk_channels of the definition.
template <class T>
void pack_queries(MatrixView<const T> queries, std::size_t qk_channels,
                  T* panels) {
  const T scale = static_cast<T>(std::numbers::log2e /
                                 std::sqrt(static_cast<double>(qk_channels)));
  for_each_panel<T>(queries.rows, [&](std::size_t first, auto vectors) {
    constexpr std::size_t kWidth = vectors() * kLanes<T>;
    pack_rows(queries.row_range(
                  first, std::min(kWidth, queries.rows - first)),
              scale, kWidth, panels + first * queries.cols);
  });
}

// Rows without a gap.
template <class T>
struct ShownRows {
  const T* rows;
  std::size_t count;
};

// The rows, side by side in `room` unless they are so already, those with
// `valid` 0 left out: a head's channels lie far apart in [N, heads·channels],
// where they would meet in few sets of the cache, and hidden keys take no part.
template <class T>
ShownRows<T> shown_rows(MatrixView<const T> rows, const std::uint8_t* valid,
                        T* room) {
  if (valid == nullptr && rows.stride == rows.cols) {
    return {rows.data, rows.rows};
  }
  std::size_t count = 0;
  for (std::size_t r = 0; r < rows.rows; ++r) {
    if (valid != nullptr && valid[r] == 0) continue;
    copy_row(rows.row(r), rows.cols, room + count++ * rows.cols);
  }
  return {room, count};
}

}  // namespace suite
