// Rows made of their neighbours: a depthwise convolution along N.
#pragma once

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// output[batch, N, heads·d] ← output + Σ_t kernels[heads, width](h, t) ·
// input[batch, N, heads·d](n + t − width/2), in all channels of a head alike, with
// zeros beyond the ends and for hidden rows (Xiong et al. 2021, §3.2). Throws Error
// unless the width is odd, and heads and shapes fit. The bits don't depend on the
// number of threads.
// Cost: batch·N·heads·d·width MACs, zeros counted as if they were input.
template <class T>
void convolve_rows_onto(const Tensor<T, 2>& kernels,
                        const BatchView<const T>& input, const Mask& mask,
                        Tensor<T, 3>& output, const Meter& meter);

}  // namespace suite
