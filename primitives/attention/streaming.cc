#include "primitives/attention/streaming.h"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

#include "primitives/attention/running_softmax.h"
#include "primitives/attention/tile_product.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Units to aim for by splitting keys, where queries and heads alone give fewer:
// enough to keep the threads of a large machine busy.
constexpr std::size_t kUnitsWanted = 32;
// Keys that a unit should have at least, or merging states begins to cost.
constexpr std::size_t kKeysPerRange = 2048;

std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

std::size_t cache_bytes(int name, std::size_t otherwise) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : otherwise;
}

// Three quarters of the first-level cache for the scores of a panel; the rest
// is for what streams past.
template <class T>
std::size_t keys_in_cache() {
  static const std::size_t bytes =
      cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32 * 1024) / 4 * 3;
  const std::size_t keys = bytes / (sizeof(T) * kPanelVectors * kLanes<T>);
  return std::max<std::size_t>(8, keys / 8 * 8);
}

// Half of the second-level cache for the queries and states of a chunk.
template <class T>
std::size_t queries_in_cache(const AttentionShape& s) {
  static const std::size_t bytes =
      cache_bytes(_SC_LEVEL2_CACHE_SIZE, 1024 * 1024) / 2;
  const std::size_t panel = kPanelVectors * kLanes<T>;
  const std::size_t queries =
      bytes / (sizeof(T) * (s.qk_channels + s.v_channels + 2));
  return std::max(panel, queries / panel * panel);
}

// The seconds of the three steps, on one thread.
struct Steps {
  double scores = 0, softmax = 0, weighted_sum = 0;
};

class Stopwatch {
 public:
  void lap(double& seconds) {
    const auto now = std::chrono::steady_clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ =
      std::chrono::steady_clock::now();
};

// Calls f(first query, vectors) for each panel of a chunk, with the number of
// vectors as a compile-time constant: kPanelVectors, fewer for the last.
template <class T, class F>
void for_each_panel(std::size_t queries, const F& f) {
  using std::integral_constant;
  constexpr std::size_t kPanel = kPanelVectors * kLanes<T>;
  for (std::size_t first = 0; first < queries; first += kPanel) {
    switch (divide_up(std::min(kPanel, queries - first), kLanes<T>)) {
      case 1: f(first, integral_constant<std::size_t, 1>()); break;
      case 2: f(first, integral_constant<std::size_t, 2>()); break;
      default: f(first, integral_constant<std::size_t, 3>()); break;
    }
  }
}

// panels ← scale · rows, transposed so that queries are side by side; lanes
// beyond the last query hold zeros.
template <class T>
void load_queries(MatrixView<const T> rows, T scale, T* panels) {
  for_each_panel<T>(rows.rows, [&](std::size_t first, auto vectors) {
    constexpr std::size_t kWidth = vectors() * kLanes<T>;
    T* panel = panels + first * rows.cols;
    const std::size_t count = std::min(kWidth, rows.rows - first);
    if (count < kWidth) std::fill_n(panel, kWidth * rows.cols, T(0));
    for (std::size_t i = 0; i < count; ++i) {
      const T* row = rows.row(first + i);
      for (std::size_t c = 0; c < rows.cols; ++c) {
        panel[c * kWidth + i] = scale * row[c];
      }
    }
  });
}

// Rows side by side: a head's channels lie far apart in [N, heads·channels],
// where they would meet in few sets of the cache.
template <class T>
void copy_rows(MatrixView<const T> rows, T* to) {
  for (std::size_t r = 0; r < rows.rows; ++r) {
    to = std::copy_n(rows.row(r), rows.cols, to);
  }
}

template <class T, std::size_t vectors>
void write_output(const RunningSoftmax<T, vectors>& state, std::size_t first,
                  MatrixView<T> output) {
  const std::size_t count = std::min(state.kWidth, output.rows - first);
  for (std::size_t i = 0; i < count; ++i) {
    const T sum = state.sum()[i];
    const T inverse = sum == 0 ? T(0) : 1 / sum;  // 0: every key was masked
    T* row = output.row(first + i);
    for (std::size_t c = 0; c < output.cols; ++c) {
      row[c] = state.weighted()[c * state.kWidth + i] * inverse;
    }
  }
}

}  // namespace

template <class T>
StreamingPlan streaming_plan(const AttentionShape& s) {
  require(s.batch > 0 && s.heads > 0 && s.queries > 0 && s.keys > 0,
          "streaming attention of {} examples, {} heads, {} queries and {} "
          "keys: each must be at least 1",
          s.batch, s.heads, s.queries, s.keys);
  StreamingPlan plan;
  plan.key_tile = std::min(s.keys, keys_in_cache<T>());
  plan.query_chunk = std::min(s.queries, queries_in_cache<T>(s));
  plan.query_chunks = divide_up(s.queries, plan.query_chunk);
  const std::size_t units = s.batch * s.heads * plan.query_chunks;
  plan.key_ranges =
      std::clamp<std::size_t>(std::min(divide_up(kUnitsWanted, units),
                                       s.keys / kKeysPerRange),
                              1, kUnitsWanted);
  plan.keys_per_range = divide_up(s.keys, plan.key_ranges);
  plan.key_ranges = divide_up(s.keys, plan.keys_per_range);
  plan.units = units * plan.key_ranges;
  const std::size_t padded =
      divide_up(plan.query_chunk, kLanes<T>) * kLanes<T>;
  plan.state_values = padded * (2 + s.v_channels);
  return plan;
}

// One head of one example, a chunk of its queries, a range of its keys.
template <class T>
struct StreamingAttention<T>::Unit {
  std::size_t example, head, first_query, queries, first_key, keys;

  Unit(const StreamingPlan& plan, const AttentionShape& s, std::size_t index) {
    const std::size_t range = index % plan.key_ranges;
    const std::size_t chunk = index / plan.key_ranges % plan.query_chunks;
    const std::size_t head_index =
        index / plan.key_ranges / plan.query_chunks;
    example = head_index / s.heads;
    head = head_index % s.heads;
    first_query = chunk * plan.query_chunk;
    queries = std::min(plan.query_chunk, s.queries - first_query);
    first_key = range * plan.keys_per_range;
    keys = std::min(plan.keys_per_range, s.keys - first_key);
  }

  template <class U>
  MatrixView<U> of_queries(MatrixView<U> all, std::size_t channels) const {
    return all.row_range(first_query, queries)
        .columns(head * channels, channels);
  }
  MatrixView<const T> of_keys(MatrixView<const T> all,
                              std::size_t channels) const {
    return all.row_range(first_key, keys).columns(head * channels, channels);
  }

  // Runs all keys of the unit past all of its queries. Returns the products
  // made: pairs of a query and a key.
  std::size_t run(const AttentionInputs<T>& inputs, const AttentionShape& s,
                  std::size_t key_tile, Scratch& scratch, T* states,
                  Steps& steps) const {
    Stopwatch watch;
    // Scores in units of log 2 make the exponential a power of two.
    const T scale = static_cast<T>(std::numbers::log2e /
                                   std::sqrt(double(s.qk_channels)));
    load_queries(of_queries(suite::example(inputs.queries, example),
                            s.qk_channels),
                 scale, scratch.queries.data());
    for_each_panel<T>(queries, [&](std::size_t first, auto vectors) {
      state<vectors()>(states, first, s).clear();
    });
    const std::uint8_t* valid = inputs.valid_keys(example);
    if (valid != nullptr) valid += first_key;
    const auto all_keys =
        of_keys(suite::example(inputs.keys, example), s.qk_channels);
    const auto all_values =
        of_keys(suite::example(inputs.values, example), s.v_channels);
    std::size_t pairs = 0;
    for (std::size_t n = 0; n < keys; n += key_tile) {
      const std::size_t count = std::min(key_tile, keys - n);
      copy_rows(all_keys.row_range(n, count), scratch.keys.data());
      watch.lap(steps.scores);
      copy_rows(all_values.row_range(n, count), scratch.values.data());
      watch.lap(steps.weighted_sum);
      for_each_panel<T>(queries, [&](std::size_t first, auto vectors) {
        constexpr std::size_t kVectors = vectors();
        T* scores = scratch.scores.data();
        const auto panel = state<kVectors>(states, first, s);
        tile_product<T, kVectors, LeftOrder::row_by_row>(
            scratch.keys.data(), s.qk_channels, count, s.qk_channels,
            scratch.queries.data() + first * s.qk_channels, scores, false);
        watch.lap(steps.scores);
        panel.absorb(scores, count, valid == nullptr ? nullptr : valid + n);
        watch.lap(steps.softmax);
        tile_product<T, kVectors, LeftOrder::depth_by_depth>(
            scratch.values.data(), s.v_channels, s.v_channels, count, scores,
            panel.weighted(), true);
        watch.lap(steps.weighted_sum);
        pairs += std::min(panel.kWidth, queries - first) * count;
      });
    }
    return pairs;
  }

  void write(const T* states, const AttentionShape& s,
             Tensor<T, 3>& output) const {
    const MatrixView<T> rows =
        of_queries(suite::example(output, example), s.v_channels);
    for_each_panel<T>(queries, [&](std::size_t first, auto vectors) {
      write_output(state<vectors()>(const_cast<T*>(states), first, s), first,
                   rows);
    });
  }

  void merge(T* into, T* from, const AttentionShape& s) const {
    for_each_panel<T>(queries, [&](std::size_t first, auto vectors) {
      state<vectors()>(into, first, s).merge(state<vectors()>(from, first, s));
    });
  }

 private:
  template <std::size_t vectors>
  static RunningSoftmax<T, vectors> state(T* states, std::size_t first,
                                          const AttentionShape& s) {
    return {states + first * (2 + s.v_channels), s.v_channels};
  }
};

template <class T>
void StreamingAttention<T>::prepare(const AttentionShape& s,
                                    const StreamingPlan& plan) {
  const std::size_t padded =
      divide_up(plan.query_chunk, kLanes<T>) * kLanes<T>;
  const bool split = plan.key_ranges > 1;
  scratch_.resize(threads());
  for (Scratch& each : scratch_) {
    each.queries.resize({padded * s.qk_channels});
    each.state.resize({split ? 0 : plan.state_values});
    each.scores.resize({plan.key_tile * kPanelVectors * kLanes<T>});
    each.keys.resize({plan.key_tile * s.qk_channels});
    each.values.resize({plan.key_tile * s.v_channels});
  }
  states_.resize({split ? plan.units : 0, split ? plan.state_values : 0});
}

template <class T>
std::uint64_t StreamingAttention<T>::buffer_bytes(const AttentionShape& s,
                                                  int threads) {
  const StreamingPlan plan = streaming_plan<T>(s);
  const std::size_t padded =
      divide_up(plan.query_chunk, kLanes<T>) * kLanes<T>;
  const bool split = plan.key_ranges > 1;
  const std::size_t a_thread =
      padded * s.qk_channels + (split ? 0 : plan.state_values) +
      plan.key_tile * (kPanelVectors * kLanes<T> + s.qk_channels +
                       s.v_channels);
  return sizeof(T) * (static_cast<std::size_t>(threads) * a_thread +
                      (split ? plan.units * plan.state_values : 0));
}

template <class T>
void StreamingAttention<T>::forward(const AttentionInputs<T>& inputs,
                                    Tensor<T, 3>& output, Ledger& ledger) {
  const AttentionShape s = inputs.shape();
  const StreamingPlan plan = streaming_plan<T>(s);
  prepare(s, plan);
  output.resize({s.batch, s.queries, s.heads * s.v_channels});
  const bool split = plan.key_ranges > 1;
  Steps steps;
  std::size_t pairs = 0;
#pragma omp parallel reduction(+ : pairs)
  {
    Steps mine;
    Scratch& scratch = scratch_[omp_get_thread_num()];
#pragma omp for schedule(dynamic)
    for (std::size_t index = 0; index < plan.units; ++index) {
      const Unit unit(plan, s, index);
      T* states = split ? &states_(index, 0) : scratch.state.data();
      pairs += unit.run(inputs, s, plan.key_tile, scratch, states, mine);
      if (!split) unit.write(states, s, output);
    }
#pragma omp critical
    {
      steps.scores += mine.scores;
      steps.softmax += mine.softmax;
      steps.weighted_sum += mine.weighted_sum;
    }
  }
  if (split) {
#pragma omp parallel for schedule(dynamic)
    for (std::size_t first = 0; first < plan.units; first += plan.key_ranges) {
      const Unit unit(plan, s, first);
      for (std::size_t range = 1; range < plan.key_ranges; ++range) {
        unit.merge(&states_(first, 0), &states_(first + range, 0), s);
      }
      unit.write(&states_(first, 0), s, output);
    }
  }
  // The steps interleave, so each gets the mean of its time over the threads;
  // operands count once, as read from or written to memory.
  const double share = 1.0 / threads();
  const std::uint64_t bytes = sizeof(T) * s.batch * s.heads;
  ledger.add(Part::scores,
             {.macs = pairs * s.qk_channels,
              .bytes_moved = bytes * s.qk_channels * (s.queries + s.keys),
              .seconds = share * steps.scores});
  ledger.add(Part::softmax,
             {.logits = pairs, .seconds = share * steps.softmax});
  ledger.add(Part::weighted_sum,
             {.macs = pairs * s.v_channels,
              .bytes_moved = bytes * s.v_channels * (s.queries + s.keys),
              .seconds = share * steps.weighted_sum});
}

template StreamingPlan streaming_plan<float>(const AttentionShape&);
template StreamingPlan streaming_plan<double>(const AttentionShape&);
template class StreamingAttention<float>;
template class StreamingAttention<double>;

}  // namespace suite
