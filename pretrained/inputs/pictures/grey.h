// Pictures for models that were trained on grey pixels.
#pragma once

#include "pretrained/inputs/pictures/picture.h"
#include "primitives/tensor.h"

namespace suite {

// What a model's training pictures were: bytes from 0 to `white`, handed out
// as (byte − middle)/unit.
struct GreyScale {
  float white = 255;
  float middle = 0;
  float unit = 1;
};

// Luma in three equal channels, as Pillow's convert("L") rounds it.
Picture grey(const Picture& picture);

// Of a grey picture → [1, height, width]; a pixel first becomes the nearest of
// the bytes that there were, so that a training picture is itself again.
Tensor<float, 3> scale_grey(const Picture& picture, const GreyScale& scale);

}  // namespace suite
