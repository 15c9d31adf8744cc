// The backwards of what head_matrices.h makes. The bits depend on the number of
// threads nowhere.
#pragma once

#include "primitives/buffers.h"
#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// d_input[batch, N, channels] += what d_output[batch, segments, channels] says
// of the shown rows of each segment. Cost: each row read and written once.
template <class T>
void segment_means_backward(const Tensor<T, 3>& d_output, const Mask& mask,
                            const BatchView<T>& d_input, const Meter& meter);

// d_queries and d_keys[batch, m, heads·d] += by way of weights[batch·heads, m,
// m] that head_weights() made; their gradient d_weights becomes that of the
// scores. Cost: 2·batch·heads·m²·d MACs.
template <class T>
void head_weights_backward(const Tensor<T, 3>& queries,
                           const Tensor<T, 3>& keys,
                           const Tensor<T, 3>& weights, Tensor<T, 3>& d_weights,
                           Tensor<T, 3>& d_queries, Tensor<T, 3>& d_keys,
                           const Meter& meter);

// d_matrices[batch·heads, m, m] and d_input[batch, m, heads·d] ← of
// multiply_heads(), resized to fit. Cost: 2·batch·heads·m²·d MACs.
template <class T>
void multiply_heads_backward(const Tensor<T, 3>& matrices,
                             const Tensor<T, 3>& input,
                             const Tensor<T, 3>& d_output,
                             Tensor<T, 3>& d_matrices, Tensor<T, 3>& d_input,
                             const Meter& meter);

// Of PseudoInverse, step by step: the steps are made again and kept.
template <class T>
class PseudoInverseBackward {
 public:
  // d_matrices[count, m, m], resized to fit, ← from the gradient of the
  // inverses. Cost: count·(12·iterations − 1)·m³ MACs.
  void run(const Tensor<T, 3>& matrices, std::size_t iterations,
           const Tensor<T, 3>& d_inverses, Tensor<T, 3>& d_matrices,
           const Meter& meter);

  void lay_out(std::size_t m, std::size_t iterations, Buffers& buffers);

 private:
  Tensor<T, 4> scratch_;  // [threads, 4·iterations + 6, m, m]
};

}  // namespace suite
