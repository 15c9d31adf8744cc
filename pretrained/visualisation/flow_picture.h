// Motion as colours: hue tells where to, strength how far.
#pragma once

#include "pretrained/inputs/pictures/picture.h"
#include "primitives/tensor.h"

namespace suite {

// What the optical-flow model's outputs are multiplied by to be pixels:
// DeepMind's colab of it.
inline constexpr float kPixelsPerFlow = 20;

struct Motion {
  double mean = 0;  // lengths of vectors
  double most = 0;
};

// flow[height·width, 2]: to the right, and down. Throws Error if a value is no
// finite number.
Motion motion_of(const MatrixView<const float>& flow);

// The colour wheel of Baker et al. (A Database and Evaluation Methodology for
// Optical Flow, 2011): red for right, and on by way of yellow, down, to blue.
// White is at rest, `most` full colour.
Picture flow_picture(const MatrixView<const float>& flow, std::size_t height,
                     std::size_t width, double most);

}  // namespace suite
