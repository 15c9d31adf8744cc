// Bicubic resizing as Pillow does it, bit for bit: rows first, then columns.
// Pillow 13 begins with what leaves less to do; of a square made from a square,
// as the image models take it, the two agree.
//
// stb's nearest filter (Catmull-Rom, the same a = −0.5) is not used: it agrees
// with Pillow within 2 of 255 inside a photo-like picture, but differs by up to
// 15 along the edges and 23 in noise, for it repeats edge pixels where Pillow
// drops the filter's outside part, and keeps overshoots between the two passes
// that Pillow clips. The published models saw Pillow's kind.
#pragma once

#include "pretrained/inputs/pictures/picture.h"

namespace suite {

// To height × width. Shrinking widens the filter (antialiasing); channels are
// resized as they are stored, in no linear light. Cost: about
// 4·(scale or 1) multiply-adds a channel and output pixel, in each direction.
// Throws Error for an extent of 0.
Picture resize_bicubic(const Picture& picture, std::size_t height,
                       std::size_t width);

}  // namespace suite
