// Pictures of 8 bit RGB: read from PNG or JPEG, written as PNG. picture.cc
// alone holds stb's decoders and encoder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace suite {

using Colour = std::array<std::uint8_t, 3>;  // red, green, blue

struct Picture {
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<std::uint8_t> rgb;  // [height, width, 3], row by row

  Picture() = default;
  Picture(std::size_t h, std::size_t w, Colour colour = {});  // all of `colour`

  const std::uint8_t* at(std::size_t y, std::size_t x) const {
    return rgb.data() + (y * width + x) * 3;
  }
  void set(std::size_t y, std::size_t x, Colour colour);
};

// What is looked at before anything is decoded.
inline constexpr std::size_t kMostPictureBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMostPixels = 32'000'000;
// What the decoder may take at once. A PNG's pixels may need 8 bytes: of those,
// fewer are allowed.
inline constexpr std::size_t kMostBlockBytes = 5 * kMostPixels;

// PNG (any kind) or baseline or progressive JPEG. Grey becomes three equal
// channels, alpha is dropped, 16 bit keep their upper 8, palettes are looked
// up: as Pillow's convert("RGB"), but for 16 bit grey, which Pillow clips.
// The turn that a camera notes in EXIF is not applied. PNG pixels equal
// Pillow's; JPEG decoders may round differently: up to 3 of 255 seen.
// Throws Error, naming the file, if it is neither, cut short, or too large.
// Cost: the decoder's, and a byte a channel and pixel.
Picture read_picture(const std::string& path);

// Throws Error, naming the path.
void write_png(const std::string& path, const Picture& picture);

}  // namespace suite
