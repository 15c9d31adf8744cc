// The largest of what a window sees, channel by channel.
#pragma once

#include "primitives/convolution/window.h"
#include "primitives/cost.h"

namespace suite {

// output[batch, height'·width', channels] ← the maxima of
// input[batch, height·width, channels] on `grid`, resized to fit; height' and
// width' are those of window.outputs(grid). Padding is −∞; a NaN stays one.
// Cost: no MACs; reads the input and writes the output once, on all threads; no
// buffers. Throws Error unless grid and window fit.
template <class T>
void max_pool(const Tensor<T, 3>& input, const Grid& grid, const Window& window,
              Tensor<T, 3>& output, const Meter& meter);

// d_input[batch, height·width, channels], resized to fit, ← the gradient of
// `input`: of each window the first of its largest, row by row, gets all of
// d_output[batch, height'·width', channels]. Cost: no MACs; reads both and writes
// d_input once, on all threads; no buffers. Throws Error unless all fit. The bits
// don't depend on the number of threads.
template <class T>
void max_pool_backward(const Tensor<T, 3>& input, const Grid& grid,
                       const Window& window, const Tensor<T, 3>& d_output,
                       Tensor<T, 3>& d_input, const Meter& meter);

}  // namespace suite
