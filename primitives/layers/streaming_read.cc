#include "primitives/layers/streaming_read.h"

#include <omp.h>

#include <bit>

#include "primitives/panels/caches.h"
#include "primitives/threads.h"

namespace suite {
namespace {

// Inputs of a range that make merging its state and starting a new one cheap.
constexpr std::size_t kInputsPerRange = 512;
// Enough ranges to keep the threads of a large machine busy; each has a state.
constexpr std::size_t kMostRanges = 32;

std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

// The widths of one head's keys and values, as attention sees them.
std::size_t head_qk(const ReadShape& s, const ReadPlan& plan) {
  return plan.fold_keys ? s.channels : s.qk_channels / s.heads;
}
std::size_t head_v(const ReadShape& s, const ReadPlan& plan) {
  return plan.fold_values ? s.channels : s.v_channels / s.heads;
}

}  // namespace

template <class T>
StreamingReadCuts streaming_read_cuts(const ReadShape& s) {
  require(s.batch > 0 && s.latents > 0 && s.inputs > 0 && s.heads > 0,
          "a read of {} examples by {} latents of {} inputs with {} heads: each "
          "must be at least 1",
          s.batch, s.latents, s.inputs, s.heads);
  // A power of two, so that threads share ranges evenly; at least two, where the
  // inputs are worth it.
  const std::size_t most = std::max<std::size_t>(1, kMostRanges / s.batch);
  const std::size_t wanted = std::bit_floor(std::clamp<std::size_t>(
      s.inputs / kInputsPerRange, s.inputs < kInputsPerRange / 4 ? 1 : 2,
      std::max<std::size_t>(2, most)));
  StreamingReadCuts cuts;
  cuts.range = divide_up(s.inputs, wanted);
  cuts.ranges = divide_up(s.inputs, cuts.range);
  cuts.tile = std::min(cuts.range, even_part(cuts.range, depth_tile<T>()));
  return cuts;
}

// What the steps took and made, on one thread.
template <class T>
struct StreamingRead<T>::Steps {
  AttentionSteps attention;
  Ticks layer_norm = 0, projection = 0;
  std::size_t inputs = 0;  // that were read

  Steps& operator+=(const Steps& other) {
    attention += other.attention;
    layer_norm += other.layer_norm;
    projection += other.projection;
    inputs += other.inputs;
    return *this;
  }
};

// One call, with what follows from its shape and plan.
template <class T>
struct StreamingRead<T>::Run {
  ReadShape s;
  ReadPlan plan;
  InputMaps<T> maps;
  StreamingReadCuts cuts;
  std::size_t qk, v;  // of one head
  std::size_t query_values, state_values;

  Run(const ReadShape& shape, const ReadPlan& p, const InputMaps<T>& m)
      : s(shape),
        plan(p),
        maps(m),
        cuts(streaming_read_cuts<T>(shape)),
        qk(head_qk(shape, p)),
        v(head_v(shape, p)),
        query_values(padded<T>(shape.latents) * qk),
        state_values(HeadQueries<T>::state_values(shape.latents, v)) {}

  // normed ← the inputs from `first` on, hidden ones left out. Returns how many.
  std::size_t normalise(MatrixView<const T> inputs, const std::uint8_t* valid,
                        Tensor<T, 2>& normed) const {
    std::size_t count = 0;
    for (std::size_t r = 0; r < inputs.rows; ++r) {
      if (valid != nullptr && valid[r] == 0) continue;
      T* to = &normed(count++, 0);
      if (maps.norm != nullptr) {
        normalise_row(inputs.row(r), *maps.norm, to);
      } else {
        std::copy_n(inputs.row(r), inputs.cols, to);
      }
    }
    return count;
  }

  // The columns of one head, side by side: `all` itself, where that is all.
  static const T* head_of(const Tensor<T, 2>& all, std::size_t count,
                          std::size_t head, std::size_t width,
                          Tensor<T, 1>& room) {
    return shown_rows<T>(
               matrix(all).row_range(0, count).columns(head * width, width),
               nullptr, room.data())
        .rows;
  }
};

template <class T>
void StreamingRead<T>::prepare(const Run& run) {
  const ReadShape& s = run.s;
  const std::size_t tile = run.cuts.tile;
  const bool keys = !run.plan.fold_keys, values = !run.plan.fold_values;
  const bool split = s.heads > 1;
  scratch_.resize(threads());
  for (Scratch& each : scratch_) {
    each.normed.resize({tile, s.channels});
    each.keys.resize({keys ? tile : 0, s.qk_channels});
    each.values.resize({values ? tile : 0, s.v_channels});
    each.head_keys.resize({keys && split ? tile * run.qk : 0});
    each.head_values.resize({values && split ? tile * run.v : 0});
    each.weights.resize({tile * kPanelWidth<T>});
  }
  queries_.resize({s.batch, s.heads, run.query_values});
  states_.resize({s.batch * run.cuts.ranges, s.heads, run.state_values});
}

template <class T>
std::uint64_t StreamingRead<T>::buffer_bytes(const ReadShape& s,
                                             const ReadPlan& plan,
                                             int threads) {
  const Run run(s, plan, {});
  const std::size_t keys = plan.fold_keys ? 0 : s.qk_channels;
  const std::size_t values = plan.fold_values ? 0 : s.v_channels;
  const std::size_t heads = s.heads > 1 ? s.heads : 0;
  const std::size_t row = s.channels + keys + values + kPanelWidth<T> +
                          (heads > 0 ? (keys + values) / heads : 0);
  return sizeof(T) *
         (static_cast<std::size_t>(threads) * run.cuts.tile * row +
          PackedMatrix<T>::values(keys > 0 ? s.channels : 0, keys) +
          PackedMatrix<T>::values(values > 0 ? s.channels : 0, values) +
          s.batch * s.heads *
              (run.query_values + run.cuts.ranges * run.state_values));
}

template <class T>
void StreamingRead<T>::run(const ReadShape& shape, const ReadPlan& plan,
                           const Tensor<T, 3>& queries,
                           const Tensor<T, 3>& inputs, const Mask& mask,
                           const InputMaps<T>& maps, Tensor<T, 3>& output,
                           Ledger& ledger) {
  const Run run(shape, plan, maps);
  const ReadShape& s = run.s;
  const StreamingReadCuts& cuts = run.cuts;
  prepare(run);
  output.resize({s.batch, s.latents, s.heads * run.v});
  if (!plan.fold_keys) key_.pack(matrix(maps.key->weight));
  if (!plan.fold_values) value_.pack(matrix(maps.value->weight));
  const TickScale scale;
  Steps steps;
#pragma omp parallel
  {
    Steps mine;
    TickClock clock;
    Scratch& scratch = scratch_[omp_get_thread_num()];
#pragma omp for schedule(static)
    for (std::size_t i = 0; i < s.batch * s.heads; ++i) {
      const std::size_t b = i / s.heads, h = i % s.heads;
      pack_queries(example(queries, b).columns(h * run.qk, run.qk),
                   s.qk_channels / s.heads, &queries_(b, h, 0));
    }
    clock.lap(mine.attention.scores);
#pragma omp for schedule(dynamic)
    for (std::size_t unit = 0; unit < s.batch * cuts.ranges; ++unit) {
      const std::size_t b = unit / cuts.ranges;
      const std::size_t first = unit % cuts.ranges * cuts.range;
      const std::size_t end = std::min(first + cuts.range, s.inputs);
      const auto head = [&](std::size_t h) {
        return HeadQueries<T>{&queries_(b, h, 0), &states_(unit, h, 0),
                              s.latents};
      };
      for (std::size_t h = 0; h < s.heads; ++h) clear_states(head(h), run.v);
      for (std::size_t n = first; n < end; n += cuts.tile) {
        const std::size_t most = std::min(cuts.tile, end - n);
        const std::size_t count = run.normalise(
            example(inputs, b).row_range(n, most),
            mask.size() == 0 ? nullptr : &mask(b, n), scratch.normed);
        mine.inputs += count;
        clock.lap(mine.layer_norm);
        const auto rows = matrix(scratch.normed).row_range(0, count);
        if (!plan.fold_keys) {
          key_.multiply(rows, bias_of(*maps.key),
                        matrix(scratch.keys).row_range(0, count));
        }
        if (!plan.fold_values) {
          value_.multiply(rows, bias_of(*maps.value),
                          matrix(scratch.values).row_range(0, count));
        }
        clock.lap(mine.projection);
        for (std::size_t h = 0; h < s.heads; ++h) {
          const HeadTile<T> tile{
              plan.fold_keys ? scratch.normed.data()
                             : Run::head_of(scratch.keys, count, h, run.qk,
                                            scratch.head_keys),
              plan.fold_values ? scratch.normed.data()
                               : Run::head_of(scratch.values, count, h, run.v,
                                              scratch.head_values),
              count, run.qk, run.v};
          clock.lap(mine.attention.weighted_sum);
          read_tile(tile, head(h), scratch.weights.data(), mine.attention,
                    clock);
        }
      }
    }
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < s.batch * s.heads; ++i) {
      const std::size_t b = i / s.heads, h = i % s.heads;
      const HeadQueries<T> all{nullptr, &states_(b * cuts.ranges, h, 0),
                               s.latents};
      for (std::size_t range = 1; range < cuts.ranges; ++range) {
        merge_states(all, &states_(b * cuts.ranges + range, h, 0), run.v);
      }
      write_means(all, example(output, b).columns(h * run.v, run.v));
    }
    clock.lap(mine.attention.weighted_sum);
#pragma omp critical
    steps += mine;
  }
  const double share = scale.seconds_per_tick() / threads();
  const std::size_t width = (plan.fold_keys ? 0 : s.qk_channels) +
                            (plan.fold_values ? 0 : s.v_channels);
  // Inputs count where they are first read.
  const std::size_t read = sizeof(T) * steps.inputs * s.channels;
  const bool normed = maps.norm != nullptr;
  ledger.add(Part::layer_norm,
             {.bytes_moved = normed ? read : 0,
              .seconds = share * static_cast<double>(steps.layer_norm)});
  ledger.add(Part::key_value_projection,
             {.macs = steps.inputs * s.channels * width,
              .bytes_moved =
                  (normed ? 0 : read) + sizeof(T) * s.channels * width,
              .seconds = share * static_cast<double>(steps.projection)});
  book_attention(steps.attention,
                 {s.batch, s.latents, s.inputs, s.heads, run.qk, run.v},
                 /*keys_read=*/0, sizeof(T), scale, ledger);
}

template StreamingReadCuts streaming_read_cuts<float>(const ReadShape&);
template StreamingReadCuts streaming_read_cuts<double>(const ReadShape&);
template class StreamingRead<float>;
template class StreamingRead<double>;

}  // namespace suite
