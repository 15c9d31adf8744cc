#include "pretrained/visualisation/lettering.h"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <vector>

namespace suite {
namespace {

struct Vertex {  // as stb_easy_font writes it
  float x, y, z;
  unsigned char colour[4];
};
constexpr std::size_t kVerticesOfLetter = 4 * 20;  // no letter needs as many

std::string with_letters(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

std::size_t text_width(const std::string& text) {
  std::string letters = with_letters(text);
  return static_cast<std::size_t>(stb_easy_font_width(letters.data()));
}

void write_text(Picture& picture, std::size_t y, std::size_t x,
                const std::string& text, Colour colour) {
  std::string letters = with_letters(text);
  std::vector<Vertex> corners((letters.size() + 1) * kVerticesOfLetter);
  const int quads = stb_easy_font_print(
      static_cast<float>(x), static_cast<float>(y), letters.data(), nullptr,
      corners.data(), static_cast<int>(corners.size() * sizeof(Vertex)));
  for (std::size_t q = 0; q < static_cast<std::size_t>(quads); ++q) {
    const Vertex& from = corners[4 * q];
    const Vertex& to = corners[4 * q + 2];
    const auto bottom =
        std::min(static_cast<std::size_t>(to.y), picture.height);
    const auto right = std::min(static_cast<std::size_t>(to.x), picture.width);
    for (auto row = static_cast<std::size_t>(from.y); row < bottom; ++row) {
      for (auto col = static_cast<std::size_t>(from.x); col < right; ++col) {
        picture.set(row, col, colour);
      }
    }
  }
}

}  // namespace suite
