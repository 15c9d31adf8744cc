// Pictures and films cut into patches: space to depth.
#pragma once

#include <vector>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

// patches[batch, N, patch·channels] ← planes[batch, frames·channels,
// height·width] of a grid {frames, height, width}. Patches follow one another row
// by row, frame by frame; within one, elements do so, channels last. Cost: reads
// and writes each value once. The patch must divide the grid.
struct Cut {
  std::vector<std::size_t> extents;  // of the grid, 3
  std::vector<std::size_t> patch;    // elements of one patch, 3
  std::size_t channels = 1;
};
template <class T>
void cut_patches(const Tensor<T, 3>& planes, const Cut& cut,
                 Tensor<T, 3>& patches, const Meter& meter);

// d_planes += the gradient of planes, of which d_patches is that of the patches.
// Cost: reads d_patches, reads and writes d_planes.
template <class T>
void cut_patches_backward(const Tensor<T, 3>& d_patches, const Cut& cut,
                          Tensor<T, 3>& d_planes, const Meter& meter);

}  // namespace suite
