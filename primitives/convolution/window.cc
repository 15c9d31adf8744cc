#include "primitives/convolution/window.h"

#include <algorithm>

namespace suite {
namespace {

std::size_t outputs_of(std::size_t size, const Window& w,
                       const Padding& padding, const char* dimension) {
  require(w.kernel > 0 && w.stride > 0,
          "a window of {} places with stride {}: each must be at least 1",
          w.kernel, w.stride);
  require(padding.before < w.kernel && padding.after < w.kernel,
          "a window of {} places, padded by {} and {} along the {}: padding must "
          "be less than the window",
          w.kernel, padding.before, padding.after, dimension);
  const std::size_t padded = size + padding.before + padding.after;
  require(size > 0 && padded >= w.kernel,
          "a window of {} places does not fit a {} of {}, padded by {} and {}",
          w.kernel, dimension, size, padding.before, padding.after);
  return (padded - w.kernel) / w.stride + 1;
}

}  // namespace

Padding same_padding(std::size_t size, std::size_t kernel, std::size_t stride) {
  require(size > 0 && kernel > 0 && stride > 0,
          "SAME padding of {} inputs, a window of {} and stride {}: each must be "
          "at least 1",
          size, kernel, stride);
  const std::size_t reached = (size - 1) / stride * stride + kernel;
  const std::size_t total = std::max(reached, size) - size;
  return {total / 2, total - total / 2};
}

Grid Window::outputs(const Grid& input) const {
  return {outputs_of(input.height, *this, rows, "height"),
          outputs_of(input.width, *this, columns, "width")};
}

Window same_window(const Grid& input, std::size_t kernel, std::size_t stride) {
  return {kernel, stride, same_padding(input.height, kernel, stride),
          same_padding(input.width, kernel, stride)};
}

Overlap overlap(std::size_t output, const Window& window,
                const Padding& padding, std::size_t inputs) {
  const std::size_t start = output * window.stride;  // among padded inputs
  const std::size_t first =
      padding.before > start ? padding.before - start : 0;
  const std::size_t input = start + first - padding.before;
  return {first, std::min(window.kernel - first, inputs - input), input};
}

}  // namespace suite
