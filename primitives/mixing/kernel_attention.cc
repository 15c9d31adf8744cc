#include "primitives/mixing/kernel_attention.h"

#include <omp.h>

#include <algorithm>
#include <array>

#include "primitives/panels/parallel_product.h"

namespace suite {
namespace {

// Ranges of keys are summed on their own where heads alone are too few.
constexpr std::size_t kUnitsWanted = 32;
constexpr std::size_t kKeysPerRange = 1024;

std::size_t square_sum_of_chunks(std::size_t rows) {
  const std::size_t rest = rows % kCausalChunk;
  return rows / kCausalChunk * kCausalChunk * kCausalChunk + rest * rest;
}

// panel[values.rows, width] ← columns of [values, 1] from `first` on; rows that
// are hidden are zeros, in the column of ones too.
template <class T>
void pack_values(MatrixView<const T> values, const std::uint8_t* valid,
                 std::size_t first, std::size_t width, T* panel) {
  for (std::size_t r = 0; r < values.rows; ++r, panel += width) {
    const bool hidden = valid != nullptr && valid[r] == 0;
    const T* row = values.row(r);
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t c = first + i;
      panel[i] = hidden || c > values.cols ? T(0)
                 : c == values.cols        ? T(1)
                                           : row[c];
    }
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
      pack_values(values.row_range(n, count),
                  valid == nullptr ? nullptr : valid + n, first, kWidth,
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
void weigh_chunk(MatrixView<const T> queries, MatrixView<const T> keys,
                 MatrixView<T> weights) {
  alignas(64) std::array<T, kMostDepth * kPanelWidth<T>> packed;
  const RightFactor<T> factor{keys, /*transpose=*/true};
  for_each_panel<T>(keys.rows, [&](std::size_t first, auto vectors) {
    const auto panel = [&](std::size_t k, std::size_t depth) {
      factor.pack(k, depth, first, vectors() * kLanes<T>, packed.data());
      return packed.data();
    };
    multiply_panel<T, vectors()>(queries, first, panel, weights,
                                 PanelTerms<T>(), AsItIs<T>());
  });
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
      pack_values(values.row_range(k, depth),
                  valid == nullptr ? nullptr : valid + k, first,
                  vectors() * kLanes<T>, packed.data());
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
    const T inverse = total == 0 ? T(0) : 1 / total;
    T* out = output.row(r);
    for (std::size_t c = 0; c < output.cols; ++c) out[c] = row[c] * inverse;
  }
}

}  // namespace

template <class T>
struct KernelAttention<T>::Cuts {
  std::size_t range, ranges;  // of the keys of a head
  std::size_t tile, tiles;    // of the queries of a head
  std::size_t units, state;   // states, and the values of one

  explicit Cuts(const KernelShape& s) {
    const std::size_t heads = s.batch * s.heads;
    const std::size_t wanted =
        s.causal ? 1
                 : std::min(divide_up(kUnitsWanted, heads),
                            s.rows / kKeysPerRange);
    range = divide_up(s.rows, std::max<std::size_t>(wanted, 1));
    ranges = divide_up(s.rows, range);
    tile = std::min(s.rows, kCausalChunk);
    tiles = divide_up(s.rows, tile);
    units = heads * ranges;
    state = s.features * padded<T>(s.v_channels + 1);
  }
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
    queries = example(in.queries, b).columns(h * s.features, s.features);
    keys = example(in.keys, b).columns(h * s.features, s.features);
    values = example(in.values, b).columns(h * s.v_channels, s.v_channels);
    output = example(out, b).columns(h * s.v_channels, s.v_channels);
    valid = in.mask.size() == 0 ? nullptr : &in.mask(b, 0);
  }
};

template <class T>
void KernelAttention<T>::prepare(const KernelShape& s, const Cuts& cuts) {
  const auto each = static_cast<std::size_t>(threads());
  states_.resize({cuts.units, cuts.state});
  sums_.resize({each, cuts.tile, padded<T>(s.v_channels + 1)});
  const std::size_t chunk = s.causal ? cuts.tile : 0;
  weights_.resize({s.causal ? each : 0, chunk, chunk});
}

template <class T>
std::uint64_t KernelAttention<T>::buffer_bytes(const KernelShape& s,
                                               int threads) {
  const Cuts cuts(s);
  const std::size_t of_thread =
      cuts.tile * padded<T>(s.v_channels + 1) +
      (s.causal ? cuts.tile * cuts.tile : 0);
  return sizeof(T) * (cuts.units * cuts.state +
                      static_cast<std::size_t>(threads) * of_thread);
}

template <class T>
void KernelAttention<T>::read_whole(const KernelShape& s, const Cuts& cuts,
                                    const Inputs& inputs, Tensor<T, 3>& output,
                                    Ledger& ledger) {
  const std::size_t heads = s.batch * s.heads;
  {
    const Meter meter = ledger[Part::scores];
#pragma omp parallel for schedule(dynamic)
    for (std::size_t unit = 0; unit < cuts.units; ++unit) {
      const Head head(s, inputs, output, unit / cuts.ranges);
      const std::size_t first = unit % cuts.ranges * cuts.range;
      const std::size_t count = std::min(cuts.range, s.rows - first);
      T* state = &states_(unit, 0);
      std::fill(state, state + cuts.state, T(0));
      add_keys(head.keys.row_range(first, count),
               head.values.row_range(first, count),
               head.valid == nullptr ? nullptr : head.valid + first, state);
    }
#pragma omp parallel for schedule(static)
    for (std::size_t h = 0; h < heads; ++h) {
      T* sum = &states_(h * cuts.ranges, 0);
      for (std::size_t i = 1; i < cuts.ranges; ++i) {
        const T* other = sum + i * cuts.state;
        for (std::size_t j = 0; j < cuts.state; ++j) sum[j] += other[j];
      }
    }
  }
  const Meter meter = ledger[Part::weighted_sum];
#pragma omp parallel for schedule(dynamic)
  for (std::size_t unit = 0; unit < heads * cuts.tiles; ++unit) {
    const std::size_t h = unit / cuts.tiles;
    const Head head(s, inputs, output, h);
    const std::size_t first = unit % cuts.tiles * cuts.tile;
    const std::size_t count = std::min(cuts.tile, s.rows - first);
    const MatrixView<T> sums{&sums_(omp_get_thread_num(), 0, 0), count,
                             s.v_channels + 1, sums_.shape(2)};
    read_state<T>(head.queries.row_range(first, count),
                  &states_(h * cuts.ranges, 0), /*onto=*/false, sums);
    write_means<T>(sums, head.output.row_range(first, count));
  }
}

template <class T>
void KernelAttention<T>::read_causal(const KernelShape& s, const Inputs& inputs,
                                     Tensor<T, 3>& output) {
#pragma omp parallel for schedule(dynamic)
  for (std::size_t h = 0; h < s.batch * s.heads; ++h) {
    const int thread = omp_get_thread_num();
    const Head head(s, inputs, output, h);
    T* state = &states_(h, 0);
    std::fill(state, state + states_.shape(1), T(0));
    for (std::size_t first = 0; first < s.rows; first += kCausalChunk) {
      const std::size_t count = std::min(kCausalChunk, s.rows - first);
      const auto queries = head.queries.row_range(first, count);
      const auto keys = head.keys.row_range(first, count);
      const auto values = head.values.row_range(first, count);
      const std::uint8_t* valid =
          head.valid == nullptr ? nullptr : head.valid + first;
      const MatrixView<T> sums{&sums_(thread, 0, 0), count, s.v_channels + 1,
                               sums_.shape(2)};
      const MatrixView<T> weights{&weights_(thread, 0, 0), count, count,
                                  weights_.shape(2)};
      weigh_chunk(queries, keys, weights);
      weigh_values<T>(weights, values, valid, sums);
      read_state<T>(queries, state, /*onto=*/true, sums);
      write_means<T>(sums, head.output.row_range(first, count));
      add_keys(keys, values, valid, state);
    }
  }
}

template <class T>
void KernelAttention<T>::forward(const KernelShape& s, const Inputs& inputs,
                                 Tensor<T, 3>& output, Ledger& ledger) {
  require(s.batch > 0 && s.rows > 0 && s.heads > 0 && s.features > 0,
          "kernel attention of {} examples, {} rows, {} heads and {} features: "
          "each must be at least 1",
          s.batch, s.rows, s.heads, s.features);
  const Cuts cuts(s);
  prepare(s, cuts);
  output.resize({s.batch, s.rows, s.heads * s.v_channels});
  const std::size_t heads = s.batch * s.heads, v = s.v_channels + 1;
  const std::size_t pairs = s.causal ? square_sum_of_chunks(s.rows) : 0;
  const std::uint64_t moved = sizeof(T) * heads * (s.features + s.v_channels);
  ledger.add(Part::scores, {.macs = heads * s.features * (s.rows * v + pairs),
                            .bytes_moved = moved * s.rows});
  ledger.add(Part::weighted_sum,
             {.macs = heads * v * (s.rows * s.features + pairs),
              .bytes_moved = moved * s.rows});
  if (!ledger.computes()) return;
  if (s.causal) {
    // All in one pass, whose steps are too short to be told apart.
    const Meter meter = ledger[Part::weighted_sum];
    read_causal(s, inputs, output);
  } else {
    read_whole(s, cuts, inputs, output, ledger);
  }
}

template class KernelAttention<float>;
template class KernelAttention<double>;

}  // namespace suite
