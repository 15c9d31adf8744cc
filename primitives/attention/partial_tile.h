// A tile of keys of which each query leaves some out: beside weigh_tile, which
// lets all queries read all keys.
#pragma once

#include <limits>

#include "primitives/attention/tile_attention.h"

namespace suite {

// weights[tile.count, width] ← e^(logit − reference), 0 where unread(key of the
// tile, vector) says so; their sum into the state.
template <class T, std::size_t vectors, class Unread>
void weigh_some(const HeadTile<T>& tile, const T* queries,
                const RunningSoftmax<T, vectors>& state, T* weights,
                const Unread& unread) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  const std::size_t d = tile.qk_channels;
  const auto raw_scores = [&] {
    for_each_block(tile.count, [&](std::size_t first, auto rows) {
      block_product<T, rows(), vectors, LeftOrder::row_by_row>(
          tile.keys + first * d, d, d, queries, FromZero<T>(),
          [&](std::size_t r, std::size_t v, const Vec<T>& score) {
            store(weights + (first + r) * kWidth + v * kLanes<T>, score);
          });
    });
  };
  // Scores become f(score, vector), or `none` where unread.
  const auto for_scores = [&](T none, const auto& f) {
    for (std::size_t n = 0; n < tile.count; ++n) {
      for (std::size_t v = 0; v < vectors; ++v) {
        T* score = weights + n * kWidth + v * kLanes<T>;
        store(score, f(xsimd::select(unread(n, v), Vec<T>(none), load(score)),
                       v));
      }
    }
  };
  constexpr T kNone = -std::numeric_limits<T>::infinity();
  raw_scores();
  if (!state.empty()) {
    Vec<T> sums[vectors], reference[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[v] = Vec<T>(T(0));
      reference[v] = load(state.reference() + v * kLanes<T>);
    }
    for_scores(kNone, [&](const Vec<T>& score, std::size_t v) {
      const Vec<T> weight = power_of_two(score - reference[v]);
      sums[v] += weight;
      return weight;
    });
    if (state.add(sums)) return;
    raw_scores();
  }
  for_scores(kNone, [](const Vec<T>& score, std::size_t) { return score; });
  state.absorb(weights, tile.count);
}

}  // namespace suite
