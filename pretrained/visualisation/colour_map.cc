#include "pretrained/visualisation/colour_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace suite {
namespace {

constexpr std::array<Colour, 9> kStops = {{{37, 1, 71},
                                           {34, 20, 131},
                                           {3, 73, 132},
                                           {5, 107, 139},
                                           {10, 140, 149},
                                           {3, 175, 151},
                                           {66, 210, 127},
                                           {173, 230, 101},
                                           {255, 244, 101}}};

}  // namespace

Colour colour_of(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double part = at - static_cast<double>(below);
  Colour colour;
  for (std::size_t c = 0; c < colour.size(); ++c) {
    colour[c] = static_cast<std::uint8_t>(std::lround(
        (1 - part) * kStops[below][c] + part * kStops[below + 1][c]));
  }
  return colour;
}

}  // namespace suite
