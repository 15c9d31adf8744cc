#include "primitives/efficient_attention/hashed/hashed_backward.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "primitives/panels/caches.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

// Chunks of one unit of work: it gathers one more, that before its first. Units
// beside each other write to that one, so every second one runs at a time.
constexpr std::size_t kRun = 16;
// Rows that are finished together.
constexpr std::size_t kRowsAtOnce = 64;

// row ← row/|row|; zeros stay zeros. Returns 1/|row|, or 0.
template <class T>
T to_length_one(T* row, std::size_t d) {
  T square = 0;
  for (std::size_t c = 0; c < d; ++c) square += row[c] * row[c];
  const T scale = square > 0 ? 1 / std::sqrt(square) : T(0);
  for (std::size_t c = 0; c < d; ++c) row[c] *= scale;
  return scale;
}

template <class T>
void add_row(const T* from, std::size_t count, T* to) {
  for (std::size_t c = 0; c < count; ++c) to[c] += from[c];
}

}  // namespace

// One head of one example in one round.
template <class T>
struct HashedBackward<T>::Head {
  const HashedShape& shape;
  Scratch& scratch;
  AttentionSteps& steps;
  TickClock& clock;
  MatrixView<const T> queries, values, output, d_output;
  MatrixView<T> d_queries, d_values, d_keys;
  const T* log_sum_exp;  // [N]
  const T* chunk_of;     // [N, rounds]
  const std::uint32_t* order;
  std::size_t shown, round;
  std::size_t d = shape.hash.channels, v = shape.v_channels;

  // As it lies in its half of the scratch.
  struct Chunk {
    const std::uint32_t* rows = nullptr;
    std::size_t count = 0;
    T *keys, *values, *d_keys, *d_values;
  };
  Chunk chunk(std::size_t index) const {
    const std::size_t first = index * shape.chunk;
    const std::size_t half = index % 2 * shape.chunk;
    return {order + first,
            std::min(shape.chunk, shown - first),
            scratch.keys.data() + half * d,
            scratch.values.data() + half * v,
            scratch.d_keys.data() + half * padded<T>(d),
            scratch.d_values.data() + half * padded<T>(v)};
  }

  // Keys and values, and room for their gradients.
  void gather(const Chunk& own) const {
    for (std::size_t i = 0; i < own.count; ++i) {
      copy_row(queries.row(own.rows[i]), d, own.keys + i * d);
      to_length_one(own.keys + i * d, d);
      copy_row(values.row(own.rows[i]), v, own.values + i * v);
    }
    std::fill_n(own.d_keys, own.count * padded<T>(d), T(0));
    std::fill_n(own.d_values, own.count * padded<T>(v), T(0));
  }

  void scatter(const Chunk& own) const {
    for (std::size_t i = 0; i < own.count; ++i) {
      add_row(own.d_keys + i * padded<T>(d), d, d_keys.row(own.rows[i]));
      add_row(own.d_values + i * padded<T>(v), v, d_values.row(own.rows[i]));
    }
  }

  BackwardQueries<T> pack(const Chunk& own) const {
    const std::size_t wide = padded<T>(shape.chunk);
    for (std::size_t i = 0; i < own.count; ++i) {
      const std::size_t row = own.rows[i];
      copy_row(queries.row(row), d, scratch.queries.data() + i * d);
      copy_row(output.row(row), v, scratch.output.data() + i * v);
      copy_row(d_output.row(row), v, scratch.d_output.data() + i * v);
      scratch.log_sum_exp(i) = log_sum_exp[row];
    }
    for (std::size_t earlier = 0; earlier < round; ++earlier) {
      T* const asking = scratch.asking.data() + earlier * wide;
      std::fill_n(asking, wide, T(-4));  // on lanes beyond the last query
      for (std::size_t i = 0; i < own.count; ++i) {
        asking[i] =
            chunk_of[own.rows[i] * shape.hash.rounds + earlier] - T(0.5);
      }
    }
    const BackwardQueries<T> packed(scratch.packed.data(), own.count, d, v);
    // Keys have length 1, and logits no scale.
    packed.pack({scratch.queries.data(), own.count, d, d},
                {scratch.output.data(), own.count, v, v},
                {scratch.d_output.data(), own.count, v, v},
                scratch.log_sum_exp.data(), /*definition_channels=*/1);
    return packed;
  }

  // A row reads none that a round before has shown it: |i − ½ − j| ≤ ½ where it
  // was in chunk i and the other in j. In the first round it reads all others.
  void read(const BackwardQueries<T>& packed, const Chunk& keys, bool own) {
    const std::size_t wide = padded<T>(shape.chunk);
    alignas(64) std::array<T, kLanes<T>> lanes;
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = static_cast<T>(i);
    const Vec<T> lane = load(lanes.data()), half(T(0.5));
    for (std::size_t n = 0; n < keys.count; n += depth_tile<T>()) {
      const HeadTile<T> tile{keys.keys + n * d, keys.values + n * v,
                             std::min(depth_tile<T>(), keys.count - n), d, v};
      const TileGradients<T> to{keys.d_keys + n * padded<T>(d),
                                keys.d_values + n * padded<T>(v)};
      const auto run = [&](const auto& unread) {
        backward_tile(tile, packed, scratch.d_queries.data(), to, scratch.room,
                      steps, clock, unread);
      };
      if (round > 0) {
        run([&](std::size_t key, std::size_t query) {
          const T* const other =
              chunk_of + keys.rows[n + key] * shape.hash.rounds;
          Vec<T> nearest(T(1));
          for (std::size_t earlier = 0; earlier < round; ++earlier) {
            const Vec<T> mine =
                load(scratch.asking.data() + earlier * wide + query);
            nearest =
                xsimd::min(nearest, xsimd::abs(mine - Vec<T>(other[earlier])));
          }
          return nearest <= half;
        });
      } else if (own) {
        run([&](std::size_t key, std::size_t query) {
          return lane + Vec<T>(static_cast<T>(query)) ==
                 Vec<T>(static_cast<T>(n + key));
        });
      } else {
        run(ReadsAll());
      }
    }
  }

  // The rows of chunks [first, last) have read theirs and the chunk before it.
  void run(std::size_t first, std::size_t last) {
    if (first >= last) return;
    if (first > 0) gather(chunk(first - 1));
    for (std::size_t index = first; index < last; ++index) {
      const Chunk own = chunk(index);
      gather(own);
      const BackwardQueries<T> packed = pack(own);
      std::fill_n(scratch.d_queries.data(), padded<T>(own.count) * d, T(0));
      clock.lap(steps.scores);
      if (index > 0) read(packed, chunk(index - 1), /*own=*/false);
      read(packed, own, /*own=*/true);
      const MatrixView<T> rows{scratch.rows.data(), own.count, d, d};
      for (std::size_t p = 0; p < panel_count<T>(own.count); ++p) {
        sum_query_panels(scratch.d_queries.data(), 1, 0, p, rows);
      }
      for (std::size_t i = 0; i < own.count; ++i) {
        add_row(rows.row(i), d, d_queries.row(own.rows[i]));
      }
      if (index > 0) scatter(chunk(index - 1));
      clock.lap(steps.scores);
    }
    scatter(chunk(last - 1));
    clock.lap(steps.weighted_sum);
  }

  // As keys rows have length 1; one that met no other has read its own value.
  void finish(std::size_t first, std::size_t last, const std::uint8_t* valid) {
    T* const key = scratch.rows.data();
    for (std::size_t n = first; n < last; ++n) {
      if (valid != nullptr && valid[n] == 0) continue;
      if (log_sum_exp[n] == -std::numeric_limits<T>::infinity()) {
        add_row(d_output.row(n), v, d_values.row(n));
      }
      copy_row(queries.row(n), d, key);
      const T scale = to_length_one(key, d);
      T along = 0;
      for (std::size_t c = 0; c < d; ++c) along += key[c] * d_keys.row(n)[c];
      for (std::size_t c = 0; c < d; ++c) {
        d_queries.row(n)[c] += scale * (d_keys.row(n)[c] - along * key[c]);
      }
    }
    clock.lap(steps.scores);
  }
};

template <class T>
void HashedBackward<T>::lay_out(const HashedShape& s, Buffers& buffers) {
  const std::size_t heads = s.hash.batch * s.hash.heads;
  const std::size_t d = s.hash.channels, v = s.v_channels;
  order_.lay_out(s.hash, buffers);
  buffers(d_keys_, {heads, s.hash.rows, d});
  buffers(chunk_of_, {heads, s.hash.rows, s.hash.rounds});
  buffers.for_each_thread(scratch_, [&](Scratch& each, Buffers& own) {
    own(each.queries, {s.chunk * d});
    own(each.output, {s.chunk * v});
    own(each.d_output, {s.chunk * v});
    own(each.log_sum_exp, {s.chunk});
    own(each.packed, {BackwardQueries<T>::size(s.chunk, d, v)});
    own(each.d_queries, {padded<T>(s.chunk) * d});
    own(each.rows, {s.chunk * d});
    own(each.keys, {2 * s.chunk * d});
    own(each.values, {2 * s.chunk * v});
    own(each.d_keys, {2 * s.chunk * padded<T>(d)});
    own(each.d_values, {2 * s.chunk * padded<T>(v)});
    own(each.asking, {s.hash.rounds * padded<T>(s.chunk)});
    each.room.lay_out(depth_tile<T>(), own);
  });
}

template <class T>
void HashedBackward<T>::run(const HashedShape& s,
                            const typename HashedAttention<T>::Inputs& inputs,
                            const Result& result, const Gradients& gradients,
                            Ledger& ledger) {
  const HashShape& hash = s.hash;
  require(result.log_sum_exp.size() == hash.batch * hash.heads * hash.rows &&
              gradients.queries.cols == hash.heads * hash.channels &&
              gradients.values.cols == hash.heads * s.v_channels,
          "hashed attention backward: {} log-sum-exps for {} rows of {} heads",
          result.log_sum_exp.size(), hash.batch * hash.rows, hash.heads);
  order_.forward(hash, inputs.queries, inputs.rotations, inputs.mask,
                 ledger[Part::scores]);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  const std::size_t heads = hash.batch * hash.heads;
  const std::size_t runs = divide_up(divide_up(hash.rows, s.chunk), kRun);
  const std::size_t parts = divide_up(hash.rows, kRowsAtOnce);
  const TickScale scale;
  AttentionSteps steps;
#pragma omp parallel if (ledger.computes())
  {
    AttentionSteps mine;
    TickClock clock;
    Scratch& scratch = scratch_[omp_get_thread_num()];
    const auto head = [&](std::size_t index, std::size_t round) {
      const std::size_t b = index / hash.heads, h = index % hash.heads;
      const auto part = [&](const auto& all, std::size_t channels) {
        return example(all, b).columns(h * channels, channels);
      };
      return Head{s,
                  scratch,
                  mine,
                  clock,
                  part(inputs.queries, hash.channels),
                  part(inputs.values, s.v_channels),
                  part(result.output, s.v_channels),
                  part(result.d_output, s.v_channels),
                  part(gradients.queries, hash.channels),
                  part(gradients.values, s.v_channels),
                  example(d_keys_, index),
                  &result.log_sum_exp(b, h, 0),
                  &chunk_of_(index, 0, 0),
                  order_.rows(b, h, round),
                  order_.shown(b),
                  round};
    };
    if (ledger.computes()) {
#pragma omp for schedule(static)
      for (std::size_t i = 0; i < heads; ++i) {
        const Head first = head(i, 0);
        for (std::size_t n = 0; n < hash.rows; ++n) {
          std::fill_n(first.d_queries.row(n), hash.channels, T(0));
          std::fill_n(first.d_values.row(n), s.v_channels, T(0));
          std::fill_n(first.d_keys.row(n), hash.channels, T(0));
        }
        for (std::size_t round = 0; round < hash.rounds; ++round) {
          const std::uint32_t* const order = head(i, round).order;
          for (std::size_t k = 0; k < first.shown; ++k) {
            chunk_of_(i, order[k], round) = static_cast<T>(k / s.chunk);
          }
        }
      }
      for (std::size_t turn = 0; turn < 2 * hash.rounds; ++turn) {
#pragma omp for schedule(dynamic)
        for (std::size_t unit = 0; unit < heads * runs; ++unit) {
          if (unit % runs % 2 != turn % 2) continue;
          Head own = head(unit / runs, turn / 2);
          const std::size_t chunks = divide_up(own.shown, s.chunk);
          const std::size_t first = unit % runs * kRun;
          own.run(first, std::min(first + kRun, chunks));
        }
      }
#pragma omp for schedule(static)
      for (std::size_t unit = 0; unit < heads * parts; ++unit) {
        const std::size_t i = unit / parts, first = unit % parts * kRowsAtOnce;
        head(i, 0).finish(first, std::min(first + kRowsAtOnce, hash.rows),
                          inputs.mask.size() == 0
                              ? nullptr
                              : &inputs.mask(i / hash.heads, 0));
      }
    }
#pragma omp critical
    steps += mine;
  }
  std::size_t rows = 0;
  steps.pairs = 0;
  for (std::size_t b = 0; b < hash.batch; ++b) {
    steps.pairs += hash.heads * hash.rounds * s.pairs(order_.shown(b));
    rows += hash.rounds * order_.shown(b);
  }
  // Rows of each round, as queries and as keys.
  book_attention_backward(steps,
                          {.batch = 1,
                           .queries = rows,
                           .keys = rows,
                           .heads = hash.heads,
                           .qk_channels = hash.channels,
                           .v_channels = s.v_channels},
                          rows, sizeof(T), scale, ledger);
}

template class HashedBackward<float>;
template class HashedBackward<double>;

}  // namespace suite
