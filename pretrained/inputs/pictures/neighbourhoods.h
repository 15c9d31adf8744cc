// Each pixel with those around it, as the optical-flow model takes frames.
#pragma once

#include "primitives/tensor.h"

namespace suite {

// [channels, height, width] → [9·channels, height, width]: of each pixel its
// 3×3 neighbourhood, row by row, channels last; beyond the edge are zeros, as
// DeepMind's colab of optical flow has it.
Tensor<float, 3> neighbourhoods(const Tensor<float, 3>& image);

}  // namespace suite
