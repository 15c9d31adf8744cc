// The inner part of streaming attention: one head's tile of keys and values past
// queries in panels. Scores become weights in the registers that they were summed
// in; a panel's weights stay in the first-level cache until the values have
// passed.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "primitives/attention/attention_steps.h"
#include "primitives/attention/running_softmax.h"
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

// The queries of one head and what they have seen, both in panels.
template <class T>
struct HeadQueries {
  const T* queries;  // of qk_channels, scaled to logits in units of log 2
  T* states;         // RunningSoftmax of v_channels
  std::size_t count;

  template <std::size_t vectors>
  RunningSoftmax<T, vectors> state(std::size_t first,
                                   std::size_t v_channels) const {
    return {states + first * (2 + v_channels), v_channels};
  }
  static std::size_t state_values(std::size_t count, std::size_t v_channels) {
    return padded<T>(count) * (2 + v_channels);
  }
};

// weights[tile.count, width] ← e^(logit − reference), their sum into the state.
template <class T, std::size_t vectors>
void weigh_tile(const HeadTile<T>& tile, const T* queries,
                const RunningSoftmax<T, vectors>& state, T* weights) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const std::size_t d = tile.qk_channels;
  const auto raw_scores = [&](std::size_t count) {
    for_each_block(count, [&](std::size_t first, auto rows) {
      block_product<T, rows(), vectors, LeftOrder::row_by_row>(
          tile.keys + first * d, d, d, queries, FromZero<T>(),
          [&](std::size_t r, std::size_t v, const Vec<T>& score) {
            store(weights + (first + r) * kWidth + v * kLanes<T>, score);
          });
    });
  };
  if (state.empty()) {
    const std::size_t few = std::min(kBlockRows, tile.count);
    raw_scores(few);
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
  raw_scores(tile.count);
  state.absorb(weights, tile.count);
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

// All queries of a head read a tile. `weights` is scratch, [tile.count, panel].
template <class T>
void read_tile(const HeadTile<T>& tile, const HeadQueries<T>& head, T* weights,
               AttentionSteps& steps, TickClock& clock) {
  if (tile.count == 0) return;
  for_each_panel<T>(head.count, [&](std::size_t first, auto vectors) {
    const auto state =
        head.template state<vectors()>(first, tile.v_channels);
    weigh_tile(tile, head.queries + first * tile.qk_channels, state, weights);
    clock.lap(steps.scores);
    add_values(tile, weights, state);
    clock.lap(steps.weighted_sum);
  });
  steps.pairs += head.count * tile.count;
}

// Everything before the first tile.
template <class T>
void clear_states(const HeadQueries<T>& head, std::size_t v_channels) {
  for_each_panel<T>(head.count, [&](std::size_t first, auto vectors) {
    head.template state<vectors()>(first, v_channels).clear();
  });
}

// Adds what `other` saw of other keys, for one panel of the queries.
template <class T>
void merge_states(const HeadQueries<T>& head, T* other, std::size_t panel,
                  std::size_t v_channels) {
  const HeadQueries<T> from{head.queries, other, head.count};
  with_panel<T>(head.count, panel, [&](std::size_t first, auto vectors) {
    head.template state<vectors()>(first, v_channels)
        .merge(from.template state<vectors()>(first, v_channels));
  });
}

// output[head.count, v_channels] ← the weighted means of one panel; zeros where
// a query has seen no key.
template <class T>
void write_means(const HeadQueries<T>& head, std::size_t panel,
                 MatrixView<T> output) {
  with_panel<T>(head.count, panel, [&](std::size_t first, auto vectors) {
    const auto state = head.template state<vectors()>(first, output.cols);
    std::array<T, state.kWidth> inverse;
    for (std::size_t i = 0; i < state.kWidth; ++i) {
      inverse[i] = state.sum()[i] == 0 ? T(0) : 1 / state.sum()[i];
    }
    unpack_rows(state.weighted(), state.kWidth, inverse.data(),
                output.row_range(
                    first, std::min(state.kWidth, head.count - first)));
  });
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
