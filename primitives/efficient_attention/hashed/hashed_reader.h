// The inner part of LSH attention: the rows of one head, in the order of one
// round's hash, read chunk by chunk and add what they see to what rounds before
// have seen.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "primitives/attention/absorb.h"
#include "primitives/efficient_attention/hashed/hashed_attention.h"
#include "primitives/panels/caches.h"

namespace suite {

// One head of one example in one round.
template <class T>
struct HashedRows {
  MatrixView<const T> queries, values;  // [N, d], [N, v_channels]
  MatrixView<T> output;  // weighted sums, and after the last round means
  T *reference, *sum;    // [N], as RunningSoftmax has them
  T* earlier;  // [N, rounds − 1]: the number of a row's chunk in each round
  const std::uint32_t* order;
  std::size_t shown, round;
};

template <class T>
class HashedReader {
 public:
  HashedReader(const HashedShape& shape, const HashedRows<T>& all,
               HashedScratch<T>& scratch, AttentionSteps& steps)
      : shape_(shape), all_(all), scratch_(scratch), steps_(steps) {}

  // The rows of chunks [first, last) read theirs and the chunk before it.
  void read(std::size_t first, std::size_t last) {
    if (first > 0 && first < last) gather(chunk(first - 1));
    for (std::size_t index = first; index < last; ++index) {
      const Chunk own = chunk(index);
      const Chunk before = index == 0 ? Chunk{} : chunk(index - 1);
      gather(own, /*ask=*/true);
      clock_.lap(steps_.scores);
      for_each_panel<T>(own.count, [&](std::size_t n, auto vectors) {
        const auto panel = start<vectors()>(own, n);
        if (all_.round == 0) {
          read_first(panel, own, before);
        } else {
          read_again(panel, own, before);
        }
        finish(panel);
        clock_.lap(steps_.weighted_sum);
      });
      for (std::size_t i = 0; i < own.count && !last_round(); ++i) {
        all_.earlier[own.rows[i] * earlier_rounds_ + all_.round] =
            static_cast<T>(index);
      }
    }
  }

 private:
  // As it lies in its half of the scratch.
  struct Chunk {
    const std::uint32_t* rows = nullptr;
    std::size_t count = 0;
    T *keys = nullptr, *values = nullptr, *earlier = nullptr;
  };

  // Queries on the lanes. References are those that rounds before have left.
  template <std::size_t vectors>
  struct Panel {
    static constexpr std::size_t kWidth = vectors * kLanes<T>;
    RunningSoftmax<T, vectors> state;
    const T* queries;
    const std::uint32_t* rows;
    std::size_t first, count;  // in their chunk; lanes beyond are zeros
    alignas(64) std::array<T, kWidth> reference{};
  };

  bool last_round() const { return all_.round == earlier_rounds_; }

  Chunk chunk(std::size_t index) const {
    const std::size_t first = index * shape_.chunk;
    const std::size_t half = index % 2 * shape_.chunk;
    return {all_.order + first, std::min(shape_.chunk, all_.shown - first),
            scratch_.keys.data() + half * d_,
            scratch_.values.data() + half * v_channels_,
            scratch_.earlier.data() + half * earlier_rounds_};
  }

  // What will be gathered or written soon: the order of a hash is none that the
  // processor could guess. Inline by force: for GCC it does nothing, and goes.
  [[gnu::always_inline]] void prefetch(const std::uint32_t* next) const {
    constexpr std::size_t kLine = 64 / sizeof(T), kAhead = 16;
    if (next + kAhead >= all_.order + all_.shown) return;
    const std::size_t row = next[kAhead];
    for (std::size_t c = 0; c < d_; c += kLine) {
      __builtin_prefetch(all_.queries.row(row) + c);
    }
    for (std::size_t c = 0; c < v_channels_; c += kLine) {
      __builtin_prefetch(all_.values.row(row) + c);
      __builtin_prefetch(all_.output.row(row) + c, /*write=*/1);
    }
  }

  // With `ask` packs the queries too, in units of log 2, before they become keys.
  void gather(const Chunk& chunk, bool ask = false) {
    for (std::size_t i = 0; i < chunk.count; ++i) {
      const std::size_t row = chunk.rows[i];
      prefetch(chunk.rows + i);
      copy_row(all_.queries.row(row), d_, chunk.keys + i * d_);
      copy_row(all_.values.row(row), v_channels_,
               chunk.values + i * v_channels_);
      for (std::size_t round = 0; round < all_.round; ++round) {
        chunk.earlier[i * earlier_rounds_ + round] =
            all_.earlier[row * earlier_rounds_ + round];
      }
    }
    const MatrixView<T> keys{chunk.keys, chunk.count, d_, d_};
    for_each_panel<T>(ask ? chunk.count : 0, [&](std::size_t n, auto vectors) {
      constexpr std::size_t kWidth = vectors() * kLanes<T>;
      pack_rows<T>(keys.row_range(n, std::min(kWidth, chunk.count - n)),
                   static_cast<T>(std::numbers::log2e), kWidth,
                   scratch_.queries.data() + n * d_);
    });
    for (std::size_t i = 0; i < chunk.count; ++i) to_length_one(keys.row(i));
  }

  // Zeros stay zeros.
  void to_length_one(T* row) const {
    Vec<T> squares(T(0));
    std::size_t c = 0;
    for (; c + kLanes<T> <= d_; c += kLanes<T>) {
      squares = xsimd::fma(load(row + c), load(row + c), squares);
    }
    T square = sum_lanes(squares);
    for (; c < d_; ++c) square += row[c] * row[c];
    const T scale = square > 0 ? 1 / std::sqrt(square) : T(0);
    for (c = 0; c < d_; ++c) row[c] *= scale;
  }

  // Calls read(tile, its first key) along keys [first, last) of a chunk.
  template <class Read>
  void for_each_tile(const Chunk& chunk, std::size_t first, std::size_t last,
                     const Read& read) const {
    for (std::size_t n = first; n < last; n += depth_tile<T>()) {
      read(HeadTile<T>{chunk.keys + n * d_, chunk.values + n * v_channels_,
                       std::min(depth_tile<T>(), last - n), d_, v_channels_},
           n);
    }
  }

  template <std::size_t vectors>
  void read_all(const Panel<vectors>& panel, const Chunk& chunk,
                std::size_t first, std::size_t last) {
    for_each_tile(chunk, first, last,
                  [&](const HeadTile<T>& tile, std::size_t) {
                    absorb_panel(tile, panel.queries, panel.state,
                                 scratch_.weights.data(), steps_, clock_);
                  });
  }

  // Without the keys that unread(key, vector) leaves out.
  template <std::size_t vectors, class Unread>
  void read_some(const Panel<vectors>& panel, const Chunk& chunk,
                 std::size_t first, std::size_t last, const Unread& unread) {
    for_each_tile(chunk, first, last,
                  [&](const HeadTile<T>& tile, std::size_t from) {
                    absorb_panel(tile, panel.queries, panel.state,
                                 scratch_.weights.data(), steps_, clock_,
                                 [&](std::size_t n, std::size_t v) {
                                   return unread(from + n, v);
                                 });
                  });
  }

  // All but each row itself. Where no chunk is before, the first to be read are
  // the keys on the panel's own lanes or others in front of them: either way each
  // lane has seen one before all are read, for panels of one row stand alone.
  template <std::size_t vectors>
  void read_first(const Panel<vectors>& panel, const Chunk& own,
                  const Chunk& before) {
    alignas(64) std::array<T, Panel<vectors>::kWidth> lane;
    for (std::size_t i = 0; i < lane.size(); ++i) lane[i] = static_cast<T>(i);
    const std::size_t first = panel.first, last = first + panel.count;
    read_all(panel, before, 0, before.count);
    read_all(panel, own, 0, first);
    read_some(panel, own, first, last, [&](std::size_t n, std::size_t v) {
      return Vec<T>(static_cast<T>(n - first)) ==
             load(lane.data() + v * kLanes<T>);
    });
    read_all(panel, own, last, own.count);
  }

  // A row in chunk i has read those in chunk j of a round before this one if
  // i − j is 0 or 1: if |i − ½ − j| ≤ ½. So it has read itself.
  template <std::size_t vectors>
  void read_again(const Panel<vectors>& panel, const Chunk& own,
                  const Chunk& before) {
    constexpr std::size_t kWidth = Panel<vectors>::kWidth;
    const Vec<T> half(T(0.5));
    T* asking = scratch_.asking.data();
    for (std::size_t round = 0; round < all_.round; ++round) {
      for (std::size_t i = 0; i < kWidth; ++i) {
        const std::size_t row = panel.first + i;
        asking[round * kWidth + i] =
            i < panel.count
                ? own.earlier[row * earlier_rounds_ + round] - T(0.5)
                : T(-4);
      }
    }
    for (const Chunk& chunk : {before, own}) {
      read_some(panel, chunk, 0, chunk.count,
                [&](std::size_t n, std::size_t v) {
                  const T* key = chunk.earlier + n * earlier_rounds_;
                  Vec<T> nearest(T(1));
                  for (std::size_t round = 0; round < all_.round; ++round) {
                    const T* mine = asking + round * kWidth + v * kLanes<T>;
                    nearest = xsimd::min(
                        nearest, xsimd::abs(load(mine) - Vec<T>(key[round])));
                  }
                  return nearest <= half;
                });
    }
  }

  template <std::size_t vectors>
  Panel<vectors> start(const Chunk& own, std::size_t first) const {
    Panel<vectors> panel{{scratch_.state.data(), v_channels_},
                         scratch_.queries.data() + first * d_,
                         own.rows + first,
                         first,
                         std::min(Panel<vectors>::kWidth, own.count - first)};
    panel.state.clear();
    if (all_.round == 0) return panel;
    for (std::size_t i = 0; i < panel.count; ++i) {
      panel.reference[i] = all_.reference[panel.rows[i]];
    }
    std::copy(panel.reference.begin(), panel.reference.end(),
              panel.state.reference());
    return panel;
  }

  // Adds what this round has seen to what those before have: its reference is
  // theirs or a higher one. The last round divides.
  template <std::size_t vectors>
  void finish(const Panel<vectors>& panel) {
    constexpr std::size_t kWidth = Panel<vectors>::kWidth;
    alignas(64) std::array<T, kWidth> kept{}, factor{};
    for (std::size_t v = 0; v < vectors && all_.round > 0; ++v) {
      const std::size_t lane = v * kLanes<T>;
      store(kept.data() + lane,
            power_of_two(load(panel.reference.data() + lane) -
                         load(panel.state.reference() + lane)));
    }
    for (std::size_t i = 0; i < panel.count; ++i) {
      const std::size_t row = panel.rows[i];
      T sum = panel.state.sum()[i];
      if (all_.round > 0) sum += kept[i] * all_.sum[row];
      all_.sum[row] = sum;
      all_.reference[row] = panel.state.reference()[i];
      factor[i] = !last_round() ? T(1) : sum > 0 ? 1 / sum : T(0);
    }
    const MatrixView<T> seen{scratch_.seen.data(), panel.count, v_channels_,
                             v_channels_};
    unpack_rows(panel.state.weighted(), kWidth, factor.data(), seen);
    for (std::size_t i = 0; i < panel.count; ++i) {
      const std::size_t row = panel.rows[i];
      if (last_round() && all_.sum[row] == 0) {  // it has met no other
        copy_row(all_.values.row(row), v_channels_, all_.output.row(row));
      } else if (all_.round == 0) {
        copy_row(seen.row(i), v_channels_, all_.output.row(row));
      } else {
        add_scaled(all_.output.row(row), kept[i] * factor[i], seen.row(i));
      }
    }
  }

  // out ← scale·out + seen.
  void add_scaled(T* out, T scale, const T* seen) const {
    std::size_t c = 0;
    for (; c + kLanes<T> <= v_channels_; c += kLanes<T>) {
      store(out + c, xsimd::fma(Vec<T>(scale), load(out + c), load(seen + c)));
    }
    for (; c < v_channels_; ++c) out[c] = scale * out[c] + seen[c];
  }

  const HashedShape& shape_;
  const HashedRows<T>& all_;
  HashedScratch<T>& scratch_;
  AttentionSteps& steps_;
  TickClock clock_;
  const std::size_t d_ = shape_.hash.channels, v_channels_ = shape_.v_channels;
  const std::size_t earlier_rounds_ = shape_.earlier_rounds();
};

}  // namespace suite
