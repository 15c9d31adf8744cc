// GELU as a pass over memory, where training keeps what it was given: elsewhere
// products apply it to their sums.
#pragma once

#include "primitives/cost.h"
#include "primitives/layers/activation.h"
#include "primitives/tensor.h"

namespace suite {

// output ← gelu(input), resized to fit. Cost: no MACs; reads the one and writes
// the other once.
template <class T>
void gelu_pass(const Tensor<T, 3>& input, Gelu form, Tensor<T, 3>& output,
               const Meter& meter);

// d[…] ← d·gelu′(input), and output ← gelu(input) again, in one pass. Throws
// Error unless the shapes are equal.
template <class T>
void gelu_backward(const Tensor<T, 3>& input, Gelu form, Tensor<T, 3>& output,
                   Tensor<T, 3>& d, const Meter& meter);

}  // namespace suite
