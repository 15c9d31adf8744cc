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

}  // namespace suite
