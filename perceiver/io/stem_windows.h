// How the windows of an image model's stem move over a picture: 7×7 with stride
// 2, then pooling of 3×3 with stride 2 (Jaegle et al. 2022, App. A).
#pragma once

#include "primitives/convolution/window.h"

namespace suite {

struct StemWindows {
  Window convolution;
  Grid convolved;  // what it makes of the picture
  Window pool;
  Grid pooled;
};

// With 'SAME' padding 224 × 224 pixels become 56 × 56, as in DeepMind's code.
// Without, the convolution is padded by 3 everywhere and the pool not at all:
// 55 × 55, as in Hugging Face's. Throws Error for a picture that is too small.
StemWindows stem_windows(const Grid& picture, bool same_padding);

}  // namespace suite
