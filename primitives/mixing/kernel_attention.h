// Attention with a product of features in place of the exponential,
// Σ_n (φ(q)·φ(k_n)) v_n / Σ_n φ(q)·φ(k_n): the sum over the keys is made once for
// all queries (Katharopoulos et al. 2020, §3.2).
#pragma once

#include <cstdint>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

struct KernelShape {
  std::size_t batch = 1;
  std::size_t rows = 0;  // N: of queries, keys and values
  std::size_t heads = 1;
  std::size_t features = 0;    // of one head, r
  std::size_t v_channels = 0;  // of one head
  bool causal = false;         // a row reads itself and those before it
};

// So many rows meet as pairs, where a causal sum is cut into chunks (§3.3).
inline constexpr std::size_t kCausalChunk = 128;

template <class T>
class KernelAttention {
 public:
  struct Inputs {
    BatchView<const T> queries;  // φ(q)[batch, N, heads·features], ≥ 0
    BatchView<const T> keys;     // φ(k)[batch, N, heads·features], ≥ 0
    BatchView<const T> values;   // [batch, N, heads·v_channels]
    const Mask& mask;            // [batch, N], or empty; hidden keys add nothing
  };

  // output[batch, N, heads·v_channels], resized to fit. A query whose weights
  // are all 0 yields zeros. The bits don't depend on the number of threads.
  // Cost: 2·N·r·(v_channels + 1) MACs a head, where the 1 is the sum of the
  // weights; causal also Σ c²·(r + v_channels + 1) over chunks of c rows.
  void forward(const KernelShape& shape, const Inputs& inputs,
               Tensor<T, 3>& output, Ledger& ledger);

  static std::uint64_t buffer_bytes(const KernelShape& shape, int threads);

 private:
  struct Cuts;
  struct Head;

  void prepare(const KernelShape& shape, const Cuts& cuts);
  void read_whole(const KernelShape& shape, const Cuts& cuts,
                  const Inputs& inputs, Tensor<T, 3>& output, Ledger& ledger);
  void read_causal(const KernelShape& shape, const Inputs& inputs,
                   Tensor<T, 3>& output);

  Tensor<T, 2> states_;   // [units, features·(v_channels + 1)], in panels
  Tensor<T, 3> sums_;     // [threads, rows of a tile, v_channels + 1]
  Tensor<T, 3> weights_;  // [threads, chunk, chunk] where causal
};

}  // namespace suite
