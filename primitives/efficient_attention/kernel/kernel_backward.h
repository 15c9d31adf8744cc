// The backward of kernel attention, linear in N as its forward is: the sums
// over keys and over queries are made once for all rows that read them.
//
// With S = Σ φ(k)[v, 1]ᵀ, a query's sums [n, t] = Sᵀφ(q) and its output y =
// n/t, the gradient of the sums is g = [d_y, −d_y·y]/t. So dφ(q) = S·g, and
// with G = Σ φ(q)gᵀ over the queries dφ(k) = G·[v, 1] and dv = Gᵀφ(k) without
// its last. Causal, S runs from the first row to the last and G from the last
// to the first.
#pragma once

#include <vector>

#include "primitives/efficient_attention/kernel/kernel_attention.h"

namespace suite {

template <class T>
class KernelAttentionBackward {
 public:
  // What forward made and its gradient, [batch, N, heads·v_channels] both.
  struct Result {
    BatchView<const T> output, d_output;
  };
  // Of what forward was given; written, not added.
  struct Gradients {
    BatchView<T> queries, keys, values;
  };

  // Hidden keys get zeros. The bits don't depend on the number of threads.
  // Cost: φ of queries and twice of keys (causal: twice of both), their
  // backwards, and N·r·(4·(v_channels + 1) + v_channels + 1) MACs a head, for S
  // is made again; causal also Σ c²·(4·r + 3·v_channels + 2) over tiles of c
  // rows.
  void run(const KernelShape& shape, const FeatureMap<T>& map,
           const typename KernelAttention<T>::Inputs& inputs,
           const Result& result, const Gradients& gradients, Ledger& ledger);

  // Grows with N only where causal: by a value a row.
  void lay_out(const KernelShape& shape, Buffers& buffers);

 private:
  struct Scratch {
    Tensor<T, 2> features, d_features;  // [tile, features]
    Tensor<T, 2> other_features;        // the same where causal
    Tensor<T, 2> values, d_sums;        // [tile, v_channels + 1, padded]
    Tensor<T, 2> weights, d_weights;    // [tile, tile] where causal
    Tensor<T, 1> totals;                // [tile]
  };
  struct Head;
  struct Steps;

  void sum_keys(const FeatureMap<T>& map, const Head& head,
                const KernelCuts& cuts, std::size_t unit, Scratch& scratch,
                Steps& steps);
  void merge_keys(const KernelCuts& cuts, std::size_t head, Steps& steps);
  void of_queries(const FeatureMap<T>& map, const Head& head,
                  const KernelCuts& cuts, std::size_t unit, Scratch& scratch,
                  Steps& steps);
  void merge_queries(const KernelCuts& cuts, std::size_t head, Steps& steps);
  void of_keys(const FeatureMap<T>& map, const Head& head,
               const KernelCuts& cuts, std::size_t unit, Scratch& scratch,
               Steps& steps);
  void causal_forwards(const FeatureMap<T>& map, const Head& head,
                       const KernelCuts& cuts, std::size_t index,
                       Scratch& scratch, Steps& steps);
  void causal_backwards(const FeatureMap<T>& map, const Head& head,
                        const KernelCuts& cuts, std::size_t index,
                        Scratch& scratch, Steps& steps);

  Tensor<T, 3> sums_, d_sums_;    // S and G: [units, features, v_channels + 1]
  Tensor<T, 1> shifts_;           // [units], of the features summed there
  Tensor<T, 2> totals_;           // [batch·heads, N] where causal: t
  Tensor<T, 2> tile_shifts_;      // [batch·heads, tiles] where causal
  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace suite
