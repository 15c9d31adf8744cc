// The inner part of attention's backward: one head's tile of keys and values
// past its queries in panels. Weights are made anew from the log-sum-exp that
// forward kept (FlashAttention, Dao et al. 2022, §3.1 and App. B.2), so nothing
// M×N exists.
//
// With P the weights, D the sum of d_output·output over channels and
// dS = P∘(d_output·Vᵀ − D)/√d: dV = Pᵀ·d_output, dK = dSᵀ·Q, dQ = dS·K. Five
// products, where forward has two.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include "primitives/attention/absorb.h"
#include "primitives/buffers.h"
#include "primitives/panels/caches.h"
#include "primitives/panels/transposed_product.h"

namespace suite {

// What backward needs of the queries of one head, packed once for all tiles. A
// view of one block of memory.
template <class T>
class BackwardQueries {
 public:
  static std::size_t size(std::size_t queries, std::size_t qk, std::size_t v) {
    return padded<T>(queries) * (qk + v + 2) +
           queries * (padded<T>(qk) + padded<T>(v));
  }

  BackwardQueries(T* values, std::size_t queries, std::size_t qk, std::size_t v)
      : queries_(queries), qk_(qk), v_(v) {
    const std::size_t wide = padded<T>(queries);
    query_panels_ = values;
    d_output_panels_ = query_panels_ + wide * qk;
    shift_ = d_output_panels_ + wide * v;
    delta_ = shift_ + wide;
    query_rows_ = delta_ + wide;
    d_output_rows_ = query_rows_ + queries * padded<T>(qk);
  }

  // queries[M, qk], output and d_output[M, v], log_sum_exp[M]. Logits are those
  // of `definition_channels`, which are qk unless keys were folded.
  void pack(MatrixView<const T> queries, MatrixView<const T> output,
            MatrixView<const T> d_output, const T* log_sum_exp,
            std::size_t definition_channels) const {
    const T scale = 1 / std::sqrt(static_cast<T>(definition_channels));
    pack_queries(queries, definition_channels, query_panels_);
    for_each_panel<T>(queries_, [&](std::size_t first, auto vectors) {
      constexpr std::size_t kWidth = vectors() * kLanes<T>;
      const std::size_t count = std::min(kWidth, queries_ - first);
      pack_rows(d_output.row_range(first, count), scale, kWidth,
                d_output_panels_ + first * v_);
    });
    for (std::size_t m = 0; m < padded<T>(queries_); ++m) {
      shift_[m] = delta_[m] = 0;
      if (m >= queries_) continue;
      // A query that saw no key has no weights, whatever its scores.
      shift_[m] = log_sum_exp[m] == -std::numeric_limits<T>::infinity()
                      ? std::numeric_limits<T>::infinity()
                      : static_cast<T>(std::numbers::log2e) * log_sum_exp[m];
      const T *o = output.row(m), *d = d_output.row(m);
      T sum = 0;
#pragma omp simd reduction(+ : sum)
      for (std::size_t c = 0; c < v_; ++c) sum += o[c] * d[c];
      delta_[m] = scale * sum;
    }
    for_each_chunk(
        [&](std::size_t first, std::size_t count, std::size_t, std::size_t) {
          pack_row_panels(queries.row_range(first, count),
                          query_rows_ + first * padded<T>(qk_));
          pack_row_panels(d_output.row_range(first, count),
                          d_output_rows_ + first * padded<T>(v_));
        });
  }

  // f(first query, how many, first panel, end of panels): so many queries that
  // a tile's weights stay in the second-level cache.
  template <class F>
  void for_each_chunk(const F& f) const {
    const std::size_t panels = panel_count<T>(queries_);
    for (std::size_t p = 0; p < panels; p += kPanelsOfAChunk) {
      const std::size_t end = std::min(panels, p + kPanelsOfAChunk);
      const std::size_t first = begin_of(p), last = begin_of(end);
      f(first, std::min(last, queries_) - first, p, end);
    }
  }
  static constexpr std::size_t kPanelsOfAChunk = 192 / kPanelWidth<T>;
  // Between the rows of a tile's weights.
  static constexpr std::size_t kStride =
      apart<T>(kPanelsOfAChunk * kPanelWidth<T>);

  std::size_t queries() const { return queries_; }
  const T* query_panel(std::size_t first) const {
    return query_panels_ + first * qk_;
  }
  const T* d_output_panel(std::size_t first) const {
    return d_output_panels_ + first * v_;
  }
  const T* shift(std::size_t first) const { return shift_ + first; }
  const T* delta(std::size_t first) const { return delta_ + first; }
  // Of a chunk: rows in panels of columns, as right factors.
  const T* query_rows(std::size_t first) const {
    return query_rows_ + first * padded<T>(qk_);
  }
  const T* d_output_rows(std::size_t first) const {
    return d_output_rows_ + first * padded<T>(v_);
  }

 private:
  std::size_t begin_of(std::size_t panel) const {
    if (panel == panel_count<T>(queries_)) return padded<T>(queries_);
    std::size_t begin = 0;
    with_panel<T>(queries_, panel,
                  [&](std::size_t first, auto) { begin = first; });
    return begin;
  }
  static void pack_row_panels(MatrixView<const T> rows, T* to) {
    for_each_panel<T>(rows.cols, [&](std::size_t first, auto vectors) {
      pack_columns(rows, first, vectors() * kLanes<T>, to + first * rows.rows);
    });
  }

  std::size_t queries_, qk_, v_;
  T *query_panels_, *d_output_panels_, *shift_, *delta_;
  T *query_rows_, *d_output_rows_;
};

// Scratch of one thread.
template <class T>
struct TileBackwardRoom {
  Tensor<T, 2> weights;   // [tile, stride]
  Tensor<T, 2> d_scores;  // [tile, stride]

  void lay_out(std::size_t tile, Buffers& buffers) {
    buffers(weights, {tile, BackwardQueries<T>::kStride});
    buffers(d_scores, {tile, BackwardQueries<T>::kStride});
  }
};

// Where a tile's gradients are added up, rows padded to whole vectors; null:
// not asked for.
template <class T>
struct TileGradients {
  T* keys;    // [tile.count, padded(qk_channels)]
  T* values;  // [tile.count, padded(v_channels)]
};

namespace tile_backward_detail {

// Functions that stay apart: where all of a backward is one, its many pointers
// take the registers that sums need.

// out[tile.count, width] ← finish(row of the tile, vector, rows · panel).
template <class T, std::size_t vectors, class Finish>
[[gnu::noinline]] void score(const T* rows_of_tile, std::size_t count,
                             std::size_t channels, const T* panel,
                             const Finish& finish) {
  for_each_block(count, [&](std::size_t first, auto rows) {
    block_product<T, rows(), vectors, LeftOrder::row_by_row>(
        rows_of_tile + first * channels, channels, channels, panel,
        FromZero<T>(),
        [&, first](std::size_t r, std::size_t v, const Vec<T>& sum) {
          finish(first + r, v, sum);
        });
  });
}

// sums[count, padded(cols)] += left[count, depth]·right, in panels of columns.
template <class T>
[[gnu::noinline]] void add_product(const T* left, std::size_t count,
                                   std::size_t depth, const T* right,
                                   std::size_t cols, T* sums) {
  const std::size_t stride = padded<T>(cols);
  for_each_panel<T>(cols, [&](std::size_t first_column, auto vectors) {
    for_each_block(count, [&](std::size_t first, auto rows) {
      T* const out = sums + first * stride + first_column;
      block_product<T, rows(), vectors(), LeftOrder::row_by_row>(
          left + first * BackwardQueries<T>::kStride,
          BackwardQueries<T>::kStride, depth, right + first_column * depth,
          [=](std::size_t r, std::size_t v) {
            return load(out + r * stride + v * kLanes<T>);
          },
          [=](std::size_t r, std::size_t v, const Vec<T>& sum) {
            store(out + r * stride + v * kLanes<T>, sum);
          });
    });
  });
}

// d_queries[qk_channels, width] += keysᵀ·d_scores.
template <class T, std::size_t vectors>
[[gnu::noinline]] void add_to_queries(const HeadTile<T>& tile,
                                      const T* d_scores, T* d_queries) {
  constexpr std::size_t kWidth = vectors * kLanes<T>;
  for_each_block(tile.qk_channels, [&](std::size_t c, auto rows) {
    T* const out = d_queries + c * kWidth;
    block_product<T, rows(), vectors, LeftOrder::depth_by_depth>(
        tile.keys + c, tile.qk_channels, tile.count, d_scores,
        [=](std::size_t r, std::size_t v) {
          return load(out + r * kWidth + v * kLanes<T>);
        },
        [=](std::size_t r, std::size_t v, const Vec<T>& sum) {
          store(out + r * kWidth + v * kLanes<T>, sum);
        },
        BackwardQueries<T>::kStride);
  });
}

// What one panel of queries makes of a tile: its weights, the gradient of its
// scores, and that of its queries, which is added up, transposed, over tiles.
template <class T, std::size_t vectors, class Unread>
void panel_backward(const HeadTile<T>& tile, const BackwardQueries<T>& queries,
                    std::size_t first, T* weights, T* d_scores, T* d_queries,
                    AttentionSteps& steps, TickClock& clock,
                    const Unread& unread) {
  constexpr std::size_t kStride = BackwardQueries<T>::kStride;
  const T* const shift = queries.shift(first);
  const T* const delta = queries.delta(first);
  const auto weigh = [&](const auto& weight) {
    score<T, vectors>(tile.keys, tile.count, tile.qk_channels,
                      queries.query_panel(first), weight);
  };
  // Two lambdas: one that refers to `unread` would keep sums out of registers
  // where there is nothing to leave out.
  if constexpr (std::is_same_v<Unread, ReadsAll>) {
    weigh([=](std::size_t r, std::size_t v, const Vec<T>& logit) {
      store(weights + r * kStride + v * kLanes<T>,
            power_of_two(logit - load(shift + v * kLanes<T>)));
    });
  } else {
    weigh([=, &unread](std::size_t r, std::size_t v, const Vec<T>& logit) {
      store(weights + r * kStride + v * kLanes<T>,
            xsimd::select(unread(r, first + v * kLanes<T>), Vec<T>(T(0)),
                          power_of_two(logit - load(shift + v * kLanes<T>))));
    });
  }
  clock.lap(steps.scores);
  score<T, vectors>(
      tile.values, tile.count, tile.v_channels, queries.d_output_panel(first),
      [=](std::size_t r, std::size_t v, const Vec<T>& d_weight) {
        const std::size_t at = r * kStride + v * kLanes<T>;
        store(d_scores + at,
              load(weights + at) * (d_weight - load(delta + v * kLanes<T>)));
      });
  clock.lap(steps.weighted_sum);
  add_to_queries<T, vectors>(tile, d_scores, d_queries);
  clock.lap(steps.scores);
}

}  // namespace tile_backward_detail

// Adds what a tile says: to d_queries[queries, qk_channels], in panels and
// transposed, and to the gradients of its own keys and values. Keys that
// unread(key of the tile, first query of a vector) leaves out say nothing; then
// pairs are the caller's to count.
template <class T, class Unread = ReadsAll>
void backward_tile(const HeadTile<T>& tile, const BackwardQueries<T>& queries,
                   T* d_queries, const TileGradients<T>& gradients,
                   TileBackwardRoom<T>& room, AttentionSteps& steps,
                   TickClock& clock, const Unread& unread = {}) {
  if (tile.count == 0) return;
  queries.for_each_chunk([&](std::size_t begin, std::size_t count,
                             std::size_t panel, std::size_t end) {
    for (; panel < end; ++panel) {
      with_panel<T>(
          queries.queries(), panel, [&](std::size_t first, auto vectors) {
            tile_backward_detail::panel_backward<T, vectors()>(
                tile, queries, first, room.weights.data() + (first - begin),
                room.d_scores.data() + (first - begin),
                d_queries + first * tile.qk_channels, steps, clock, unread);
          });
    }
    if (gradients.values != nullptr) {
      tile_backward_detail::add_product(room.weights.data(), tile.count, count,
                                        queries.d_output_rows(begin),
                                        tile.v_channels, gradients.values);
      clock.lap(steps.weighted_sum);
    }
    if (gradients.keys != nullptr) {
      tile_backward_detail::add_product(room.d_scores.data(), tile.count, count,
                                        queries.query_rows(begin),
                                        tile.qk_channels, gradients.keys);
      clock.lap(steps.scores);
    }
  });
  if constexpr (std::is_same_v<Unread, ReadsAll>) {
    steps.pairs += queries.queries() * tile.count;
  }
}

// d_queries[queries, qk] ← the panels[queries, qk] of one part of the keys,
// plus those of the other parts, `stride` values apart, in their order.
template <class T>
void sum_query_panels(T* panels, std::size_t parts, std::size_t stride,
                      std::size_t index, MatrixView<T> d_queries) {
  with_panel<T>(d_queries.rows, index, [&](std::size_t first, auto vectors) {
    constexpr std::size_t kWidth = vectors() * kLanes<T>;
    T* const sums = panels + first * d_queries.cols;
    for (std::size_t part = 1; part < parts; ++part) {
      const T* const more = sums + part * stride;
      for (std::size_t i = 0; i < d_queries.cols * kWidth; i += kLanes<T>) {
        store(sums + i, load(sums + i) + load(more + i));
      }
    }
    std::array<T, kWidth> ones;
    ones.fill(T(1));
    unpack_rows(
        sums, kWidth, ones.data(),
        d_queries.row_range(first, std::min(kWidth, d_queries.rows - first)));
  });
}

}  // namespace suite
