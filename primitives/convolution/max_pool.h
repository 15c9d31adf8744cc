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

}  // namespace suite
