// Colours, where somebody watches.
#pragma once

#include <string>
#include <string_view>

namespace suite {

enum class Colour { red, green, yellow };

// `text` in that colour if standard output is a terminal that has some, and
// NO_COLOR (no-color.org) is not set; else as it is.
std::string coloured(std::string_view text, Colour colour);

}  // namespace suite
