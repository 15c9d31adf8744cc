#include "primitives/efficient_attention/kernel/kernel_attention.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "primitives/panels/parallel_product.h"
#include "primitives/ticks.h"

namespace suite {
namespace {

// Ranges of keys are summed on their own where heads alone are too few.
constexpr std::size_t kUnitsWanted = 32;
constexpr std::size_t kKeysPerRange = 1024;

// panel[values.rows, width] ← columns of [values, 1] from `first` on; rows that
// are hidden are zeros, in the column of ones too.
template <class T, std::size_t width>
void pack_values(MatrixView<const T> values, const std::uint8_t* valid,
                 std::size_t first, T* panel) {
  const std::size_t count = std::min(width, values.cols - first);
  for (std::size_t r = 0; r < values.rows; ++r, panel += width) {
    std::fill_n(panel, width, T(0));
    if (valid != nullptr && valid[r] == 0) continue;
    copy_row(values.row(r) + first, count, panel);
    if (count < width) panel[count] = T(1);
  }
}

// state += φ(keys)ᵀ·[values, 1].
template <class T>
void add_keys(MatrixView<const T> keys, MatrixView<const T> values,
              const std::uint8_t* valid, T* state) {
  alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> packed;
  const std::size_t tile = depth_tile<T>();
  for (std::size_t n = 0; n < keys.rows; n += tile) {
    const std::size_t count = std::min(tile, keys.rows - n);
    for_each_panel<T>(values.cols + 1, [&](std::size_t first, auto vectors) {
      constexpr std::size_t kWidth = vectors() * kLanes<T>;
      pack_values<T, kWidth>(values.row_range(n, count),
                             valid == nullptr ? nullptr : valid + n, first,
                             packed.data());
      T* const panel = state + first * keys.cols;
      for_each_block(keys.cols, [&](std::size_t feature, auto rows) {
        T* const out = panel + feature * kWidth;
        block_product<T, rows(), vectors(), LeftOrder::depth_by_depth>(
            keys.row(n) + feature, keys.stride, count, packed.data(),
            [=](std::size_t r, std::size_t v) {
              return load(out + r * kWidth + v * kLanes<T>);
            },
            [=](std::size_t r, std::size_t v, const Vec<T>& sum) {
              store(out + r * kWidth + v * kLanes<T>, sum);
            });
      });
    });
  }
}

// sums (+)= φ(queries)·state.
template <class T>
void read_state(MatrixView<const T> queries, const T* state, bool onto,
                MatrixView<T> sums) {
  for_each_panel<T>(sums.cols, [&](std::size_t first, auto vectors) {
    constexpr std::size_t kWidth = vectors() * kLanes<T>;
    const auto panel = [&](std::size_t k, std::size_t) {
      return state + first * queries.cols + k * kWidth;
    };
    multiply_panel<T, vectors()>(queries, first, panel, sums,
                                 PanelTerms<T>{onto}, AsItIs<T>());
  });
}

// weights ← φ(queries)·φ(keys)ᵀ for keys up to the query, 0 beyond.
template <class T>
void weigh_pairs(MatrixView<const T> queries, MatrixView<const T> keys,
                 MatrixView<T> weights) {
  serial_product(queries, RightFactor<T>{keys, /*transpose=*/true}, weights,
                 AsItIs<T>());
  for (std::size_t r = 0; r < weights.rows; ++r) {
    std::fill(weights.row(r) + r + 1, weights.row(r) + weights.cols, T(0));
  }
}

// sums ← weights·[values, 1].
template <class T>
void weigh_values(MatrixView<const T> weights, MatrixView<const T> values,
                  const std::uint8_t* valid, MatrixView<T> sums) {
  alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> packed;
  for_each_panel<T>(sums.cols, [&](std::size_t first, auto vectors) {
    const auto panel = [&](std::size_t k, std::size_t depth) {
      pack_values<T, vectors() * kLanes<T>>(
          values.row_range(k, depth), valid == nullptr ? nullptr : valid + k,
          first, packed.data());
      return packed.data();
    };
    multiply_panel<T, vectors()>(weights, first, panel, sums, PanelTerms<T>(),
                                 AsItIs<T>());
  });
}

// output ← sums[·, v_channels] over their last column.
template <class T>
void write_means(MatrixView<const T> sums, MatrixView<T> output) {
  for (std::size_t r = 0; r < output.rows; ++r) {
    const T* row = sums.row(r);
    const T total = row[output.cols];
    T* out = output.row(r);
    // Not times 1/total, which overflows where the weights are very small.
    for (std::size_t c = 0; c < output.cols; ++c) {
      out[c] = total == 0 ? T(0) : row[c] / total;
    }
  }
}

// What was summed with features e^−from becomes what e^−to would have given.
template <class T>
void shift_state(T from, T to, T* state, std::size_t size) {
  if (from == to) return;
  const T factor = std::exp(from - to);
  for (std::size_t i = 0; i < size; ++i) state[i] *= factor;
}

}  // namespace

KernelCuts::KernelCuts(const KernelShape& s) {
  const std::size_t heads = s.batch * s.heads;
  const std::size_t wanted = s.causal ? 1
                                      : std::min(divide_up(kUnitsWanted, heads),
                                                 s.rows / kKeysPerRange);
  range = divide_up(s.rows, std::max<std::size_t>(wanted, 1));
  ranges = divide_up(s.rows, range);
  tile = std::min(s.rows, kFeatureTile);
  tiles = divide_up(s.rows, tile);
  units = heads * ranges;
}

template <class T>
struct KernelAttention<T>::Cuts : KernelCuts {
  std::size_t state;  // values of one

  explicit Cuts(const KernelShape& s)
      : KernelCuts(s), state(s.features * padded<T>(s.v_channels + 1)) {}
};

// What belongs to one head of one example.
template <class T>
struct KernelAttention<T>::Head {
  MatrixView<const T> queries, keys, values;
  MatrixView<T> output;
  const std::uint8_t* valid;

  Head(const KernelShape& s, const Inputs& in, Tensor<T, 3>& out,
       std::size_t index) {
    const std::size_t b = index / s.heads, h = index % s.heads;
    const std::size_t d = in.queries.cols / s.heads, v = s.v_channels;
    queries = example(in.queries, b).columns(h * d, d);
    keys = example(in.keys, b).columns(h * d, d);
    values = example(in.values, b).columns(h * v, v);
    output = example(out, b).columns(h * v, v);
    valid = in.mask.size() == 0 ? nullptr : &in.mask(b, 0);
  }
};

// Rows of a head, and a thread's room for what is made of them.
template <class T>
struct KernelAttention<T>::Tile {
  std::size_t first, count;
  const std::uint8_t* valid;
  MatrixView<T> features, other_features, sums, weights;

  Tile(KernelAttention& all, const Head& head, std::size_t begin,
       std::size_t end)
      : first(begin),
        count(std::min(end - begin, all.sums_.shape(1))),
        valid(head.valid == nullptr ? nullptr : head.valid + begin) {
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    features = example(all.features_, thread).row_range(0, count);
    other_features = features.row_range(all.sums_.shape(1), count);
    sums = example(all.sums_, thread)
               .row_range(0, count)
               .columns(0, head.values.cols + 1);
    weights = example(all.weights_, thread)
                  .row_range(0, count)
                  .columns(0, count);
  }
  template <class U>
  MatrixView<U> of(MatrixView<U> rows) const {
    return rows.row_range(first, count);
  }
};

// Time on one thread.
template <class T>
struct KernelAttention<T>::Steps {
  Ticks features = 0, sums = 0, means = 0;

  Steps& operator+=(const Steps& other) {
    features += other.features;
    sums += other.sums;
    means += other.means;
    return *this;
  }
};

template <class T>
void KernelAttention<T>::lay_out(const KernelShape& s, Buffers& buffers) {
  const Cuts cuts(s);
  const std::size_t each = buffers.threads(), pairs = s.causal ? cuts.tile : 0;
  buffers(states_, {cuts.units, cuts.state});
  buffers(shifts_, {cuts.units});
  buffers(features_, {each, (s.causal ? 2 : 1) * cuts.tile, s.features});
  buffers(sums_, {each, cuts.tile, padded<T>(s.v_channels + 1)});
  buffers(weights_, {each, pairs, pairs});
}

template <class T>
void KernelAttention<T>::sum_keys(const FeatureMap<T>& map, const Head& head,
                                  const Cuts& cuts, std::size_t unit,
                                  Steps& steps) {
  TickClock clock;
  T* const state = &states_(unit, 0);
  std::fill_n(state, cuts.state, T(0));
  T shift = std::numeric_limits<T>::lowest();
  const std::size_t begin = unit % cuts.ranges * cuts.range;
  const std::size_t end = std::min(begin + cuts.range, head.keys.rows);
  for (std::size_t n = begin; n < end; n += cuts.tile) {
    const Tile tile(*this, head, n, end);
    const T before = shift;
    map.of_keys(tile.of(head.keys), tile.valid, tile.features, shift);
    clock.lap(steps.features);
    shift_state(before, shift, state, cuts.state);
    add_keys<T>(tile.features, tile.of(head.values), tile.valid, state);
    clock.lap(steps.sums);
  }
  shifts_(unit) = shift;
}

// The sum of a head's ranges becomes the state of its first.
template <class T>
void KernelAttention<T>::merge_ranges(const Cuts& cuts, std::size_t head,
                                      Steps& steps) {
  TickClock clock;
  const std::size_t first = head * cuts.ranges;
  T* const sum = &states_(first, 0);
  for (std::size_t unit = first + 1; unit < first + cuts.ranges; ++unit) {
    T* const other = &states_(unit, 0);
    const T shift = std::max(shifts_(first), shifts_(unit));
    shift_state(shifts_(first), shift, sum, cuts.state);
    shift_state(shifts_(unit), shift, other, cuts.state);
    for (std::size_t i = 0; i < cuts.state; ++i) sum[i] += other[i];
    shifts_(first) = shift;
  }
  clock.lap(steps.sums);
}

template <class T>
void KernelAttention<T>::answer_queries(const FeatureMap<T>& map,
                                        const Head& head, const Cuts& cuts,
                                        std::size_t unit, Steps& steps) {
  TickClock clock;
  const Tile tile(*this, head, unit % cuts.tiles * cuts.tile,
                  head.queries.rows);
  map.of_queries(tile.of(head.queries), tile.features);
  clock.lap(steps.features);
  read_state<T>(tile.features, &states_(unit / cuts.tiles * cuts.ranges, 0),
                /*onto=*/false, tile.sums);
  write_means<T>(tile.sums, tile.of(head.output));
  clock.lap(steps.means);
}

template <class T>
void KernelAttention<T>::read_causal(const FeatureMap<T>& map, const Head& head,
                                     const Cuts& cuts, std::size_t unit,
                                     Steps& steps) {
  TickClock clock;
  T* const state = &states_(unit, 0);
  std::fill_n(state, cuts.state, T(0));
  T shift = std::numeric_limits<T>::lowest();
  for (std::size_t n = 0; n < head.keys.rows; n += cuts.tile) {
    const Tile tile(*this, head, n, head.keys.rows);
    const auto values = tile.of(head.values);
    const T before = shift;
    map.of_queries(tile.of(head.queries), tile.features);
    map.of_keys(tile.of(head.keys), tile.valid, tile.other_features, shift);
    clock.lap(steps.features);
    shift_state(before, shift, state, cuts.state);
    weigh_pairs<T>(tile.features, tile.other_features, tile.weights);
    clock.lap(steps.sums);
    weigh_values<T>(tile.weights, values, tile.valid, tile.sums);
    read_state<T>(tile.features, state, /*onto=*/true, tile.sums);
    write_means<T>(tile.sums, tile.of(head.output));
    clock.lap(steps.means);
    add_keys<T>(tile.other_features, values, tile.valid, state);
    clock.lap(steps.sums);
  }
}

template <class T>
typename KernelAttention<T>::Steps KernelAttention<T>::read_all(
    const KernelShape& s, const FeatureMap<T>& map, const Inputs& inputs,
    const Cuts& cuts, Tensor<T, 3>& output) {
  const std::size_t heads = s.batch * s.heads;
  const auto head = [&](std::size_t index) {
    return Head(s, inputs, output, index);
  };
  Steps steps;
#pragma omp parallel
  {
    Steps mine;
    if (s.causal) {
#pragma omp for schedule(dynamic)
      for (std::size_t h = 0; h < heads; ++h) {
        read_causal(map, head(h), cuts, h, mine);
      }
    } else {
#pragma omp for schedule(dynamic)
      for (std::size_t unit = 0; unit < cuts.units; ++unit) {
        sum_keys(map, head(unit / cuts.ranges), cuts, unit, mine);
      }
#pragma omp for schedule(static)
      for (std::size_t h = 0; h < heads; ++h) merge_ranges(cuts, h, mine);
#pragma omp for schedule(dynamic)
      for (std::size_t unit = 0; unit < heads * cuts.tiles; ++unit) {
        answer_queries(map, head(unit / cuts.tiles), cuts, unit, mine);
      }
    }
#pragma omp critical
    steps += mine;
  }
  return steps;
}

template <class T>
void KernelAttention<T>::forward(const KernelShape& s,
                                 const FeatureMap<T>& map, const Inputs& inputs,
                                 Tensor<T, 3>& output, Ledger& ledger) {
  require(s.batch > 0 && s.rows > 0 && s.heads > 0 && s.features > 0,
          "kernel attention of {} examples, {} rows, {} heads and {} features: "
          "each must be at least 1",
          s.batch, s.rows, s.heads, s.features);
  const Cuts cuts(s);
  Buffers buffers = Buffers::allocating(threads());
  lay_out(s, buffers);
  output.resize({s.batch, s.rows, s.heads * s.v_channels});
  const TickScale scale;
  const Steps steps = ledger.computes()
                          ? read_all(s, map, inputs, cuts, output)
                          : Steps();
  const auto seconds = [&](Ticks ticks) {
    return scale.seconds_per_tick() / threads() * static_cast<double>(ticks);
  };
  const std::size_t heads = s.batch * s.heads, v = s.v_channels + 1;
  const std::size_t pairs = s.causal ? cuts.pairs(s.rows) : 0;
  // Features never leave the cache: keys' with values in, queries' with means out.
  const std::uint64_t moved = sizeof(T) * heads * s.rows * s.v_channels;
  Work features = 2 * map.work(heads * s.rows);
  features.seconds = seconds(steps.features);
  ledger.add(Part::softmax, features);
  ledger.add(Part::scores, {.macs = heads * s.features * (s.rows * v + pairs),
                            .bytes_moved = moved,
                            .seconds = seconds(steps.sums)});
  ledger.add(Part::weighted_sum,
             {.macs = heads * v * (s.rows * s.features + pairs),
              .bytes_moved = moved,
              .seconds = seconds(steps.means)});
}

template class KernelAttention<float>;
template class KernelAttention<double>;

}  // namespace suite
