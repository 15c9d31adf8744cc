// Rows made of all rows of an example: products along N.
#pragma once

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// output[batch, rows, channels] ← weights[rows, N]·input[batch, N, channels] of
// each example, with hidden inputs as zeros; resized to fit. The bits don't depend
// on the number of threads. Cost: batch·rows·N·channels MACs; where a mask hides
// inputs `shown`, which stays the caller's, holds a copy of them.
template <class T>
void combine_rows(const Tensor<T, 2>& weights, const BatchView<const T>& input,
                  const Mask& mask, Tensor<T, 3>& shown, Tensor<T, 3>& output,
                  const Meter& meter);

// Its backward: d_weights[rows, N] += Σ d_output·inputᵀ over the examples, and
// d_input[batch, N, channels] ← weightsᵀ·d_output; hidden inputs add and get
// zeros. The bits don't depend on the number of threads. Cost:
// 2·batch·rows·N·channels MACs.
template <class T>
void combine_rows_backward(const Tensor<T, 2>& weights,
                           const BatchView<const T>& input, const Mask& mask,
                           const Tensor<T, 3>& d_output, Tensor<T, 3>& shown,
                           Tensor<T, 2>& d_weights, const BatchView<T>& d_input,
                           const Meter& meter);

}  // namespace suite
