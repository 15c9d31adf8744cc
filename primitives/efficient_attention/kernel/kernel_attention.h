// Attention with a product of features in place of the exponential,
// Σ_n (φ(q)·φ(k_n)) v_n / Σ_n φ(q)·φ(k_n): the sum over the keys is made once for
// all queries (Katharopoulos et al. 2020, §3.2).
#pragma once

#include "primitives/buffers.h"
#include "primitives/efficient_attention/kernel/feature_maps.h"

namespace suite {

struct KernelShape {
  std::size_t batch = 1;
  std::size_t rows = 0;  // N: of queries, keys and values
  std::size_t heads = 1;
  std::size_t features = 0;    // of one head, r
  std::size_t v_channels = 0;  // of one head
  bool causal = false;         // a row reads itself and those before it
};

// Rows whose features are made at once. Causal, they meet as pairs (§3.3).
inline constexpr std::size_t kFeatureTile = 128;

// How a head's rows are cut. Never depends on the number of threads: so neither
// do the bits of the result.
struct KernelCuts {
  std::size_t range, ranges;  // of keys whose sum is made on its own
  std::size_t tile, tiles;    // of rows whose features are made at once
  std::size_t units;          // ranges of all heads

  explicit KernelCuts(const KernelShape& shape);

  // Of rows that meet within the tiles of a head.
  std::size_t pairs(std::size_t rows) const {
    const std::size_t rest = rows % tile;
    return rows / tile * tile * tile + rest * rest;
  }
};

template <class T>
class KernelAttention {
 public:
  struct Inputs {
    BatchView<const T> queries;  // [batch, N, heads·d]
    BatchView<const T> keys;     // [batch, N, heads·d]
    BatchView<const T> values;   // [batch, N, heads·v_channels]
    const Mask& mask;            // [batch, N], or empty; hidden keys add nothing
  };

  // output[batch, N, heads·v_channels], resized to fit. A query whose weights
  // are all 0 yields zeros. The bits don't depend on the number of threads.
  // Cost: φ of queries and keys, and 2·N·r·(v_channels + 1) MACs a head, where
  // the 1 is the sum of the weights; causal also Σ c²·(r + v_channels + 1) over
  // tiles of c rows. Features live as long as a tile, so memory doesn't grow
  // with N.
  void forward(const KernelShape& shape, const FeatureMap<T>& map,
               const Inputs& inputs, Tensor<T, 3>& output, Ledger& ledger);

  void lay_out(const KernelShape& shape, Buffers& buffers);

 private:
  struct Cuts;
  struct Head;
  struct Tile;
  struct Steps;

  void sum_keys(const FeatureMap<T>& map, const Head& head, const Cuts& cuts,
                std::size_t unit, Steps& steps);
  void merge_ranges(const Cuts& cuts, std::size_t head, Steps& steps);
  void answer_queries(const FeatureMap<T>& map, const Head& head,
                      const Cuts& cuts, std::size_t unit, Steps& steps);
  void read_causal(const FeatureMap<T>& map, const Head& head, const Cuts& cuts,
                   std::size_t unit, Steps& steps);
  Steps read_all(const KernelShape& shape, const FeatureMap<T>& map,
                 const Inputs& inputs, const Cuts& cuts, Tensor<T, 3>& output);

  Tensor<T, 2> states_;    // [units, features·(v_channels + 1)], in panels
  Tensor<T, 1> shifts_;    // [units], of the features summed there
  Tensor<T, 3> features_;  // [threads, 1 or causal 2 tiles, features]
  Tensor<T, 3> sums_;      // [threads, tile, v_channels + 1]
  Tensor<T, 3> weights_;   // [threads, tile, tile] where causal
};

}  // namespace suite
