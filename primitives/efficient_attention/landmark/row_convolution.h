// Rows made of their neighbours: a depthwise convolution along N.
#pragma once

#include <type_traits>

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
                        const std::type_identity_t<BatchView<T>>& output,
                        const Meter& meter);

// Its backward: d_kernels[heads, width] and d_input[batch, N, heads·d] are
// added to, hidden rows of which become 0. `flipped` is scratch. The bits don't
// depend on the number of threads. Cost: 2·batch·N·heads·d·width MACs.
template <class T>
void convolve_rows_backward(const Tensor<T, 2>& kernels,
                            const BatchView<const T>& input, const Mask& mask,
                            const BatchView<const T>& d_output,
                            Tensor<T, 2>& flipped, Tensor<T, 2>& d_kernels,
                            const BatchView<T>& d_input, Ledger& ledger,
                            Part part);

}  // namespace suite
