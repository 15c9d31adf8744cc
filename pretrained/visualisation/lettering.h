// Small letters on pictures, by stb's font of rectangles.
#pragma once

#include <cstddef>
#include <string>

#include "pretrained/inputs/pictures/picture.h"

namespace suite {

inline constexpr std::size_t kLetterHeight = 10;  // pixels, with tails

// Pixels from the left of the first letter to the right of the last.
std::size_t text_width(const std::string& text);

// Writes with the upper left corner at (y, x). Only printable ASCII has
// letters; all else becomes "?", and what lies outside of the picture is cut
// off.
void write_text(Picture& picture, std::size_t y, std::size_t x,
                const std::string& text, Colour colour);

}  // namespace suite
