// The colours of weights: from dark violet through teal to yellow.
#pragma once

#include "pretrained/inputs/pictures/picture.h"

namespace suite {

// For a share in [0, 1]; beyond, its end's colour. Even steps look even: made
// in Oklab with lightness from 0.22 to 0.95, hue from 300° to 105°, and as much
// chroma, up to 0.17, as sRGB holds.
Colour colour_of(double share);

// Upright text and frames; and what stands behind them.
inline constexpr Colour kInk = {60, 60, 66};
inline constexpr Colour kPaper = {255, 255, 255};

}  // namespace suite
