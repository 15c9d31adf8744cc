#include "pretrained/inputs/pictures/picture.h"

#include <cstdlib>
#include <memory>

#include "pretrained/inputs/file.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

thread_local bool asked_too_much = false;

// stb doubles its buffer for as long as a PNG goes on, whatever its header
// says.
void* limited(void* block, std::size_t bytes) {
  if (bytes <= kMostBlockBytes) return std::realloc(block, bytes);
  asked_too_much = true;
  return nullptr;
}

}  // namespace
}  // namespace suite

#define STBI_MALLOC(bytes) suite::limited(nullptr, bytes)
#define STBI_REALLOC(block, bytes) suite::limited(block, bytes)
#define STBI_FREE(block) std::free(block)
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#include <stb/stb_image.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace suite {
namespace {

constexpr int kChannels = 3;

bool begins(const std::string& bytes, std::string_view magic) {
  return bytes.compare(0, magic.size(), magic) == 0;
}

// What a cut JPEG lacks, stb since 2.28 fills with grey and says nothing.
// Within the data of a scan no marker but restarts can stand, so the last scan
// of a whole file is followed by the end marker.
bool jpeg_is_cut(const std::string& bytes) {
  const std::size_t end = bytes.rfind("\xff\xd9");
  const std::size_t scan = bytes.rfind("\xff\xda");
  return end == std::string::npos || (scan != std::string::npos && end < scan);
}

void check_extents(const std::string& path, std::size_t width,
                   std::size_t height) {
  require(width > 0 && height > 0 && width * height <= kMostPixels,
          "{}: is {} × {} pixels, allowed are 1 to {} in all", path, width,
          height, kMostPixels);
}

// A header is believed as far as bytes could bear it out: each block of 8 × 8
// pixels of a JPEG takes a bit, and a byte of a PNG unpacks to 1032 at most.
void check_density(const std::string& path, std::uint64_t bytes,
                   std::uint64_t pixels, std::uint64_t most_of_a_byte) {
  require(pixels <= bytes * most_of_a_byte,
          "{}: says it is {} pixels, which {} bytes can't hold", path, pixels,
          bytes);
}

// What the header of a PNG says, which stb calls corrupt where it is 0.
void check_png(const std::string& path, const std::string& bytes) {
  constexpr std::size_t kWidthAt = 16, kEnd = 24;
  constexpr std::uint64_t kMostUnpacked = 1032;
  if (bytes.size() < kEnd || bytes.compare(12, 4, "IHDR") != 0) return;
  std::uint32_t extents[2] = {};
  for (std::size_t i = 0; i < 8; ++i) {
    extents[i / 4] =
        extents[i / 4] << 8 | static_cast<unsigned char>(bytes[kWidthAt + i]);
  }
  check_extents(path, extents[0], extents[1]);
  // Of one bit each.
  check_density(path, bytes.size(), std::uint64_t{extents[0]} * extents[1],
                8 * kMostUnpacked);
}

}  // namespace

Picture::Picture(std::size_t h, std::size_t w, Colour colour)
    : height(h), width(w), rgb(h * w * kChannels) {
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = colour[i % kChannels];
}

void Picture::set(std::size_t y, std::size_t x, Colour colour) {
  for (std::size_t c = 0; c < colour.size(); ++c) {
    rgb[(y * width + x) * kChannels + c] = colour[c];
  }
}

Picture read_picture(const std::string& path) {
  const std::string bytes = file_bytes(path, kMostPictureBytes);
  const bool jpeg = begins(bytes, "\xff\xd8\xff");
  require(jpeg || begins(bytes, "\x89PNG\r\n\x1a\n"),
          "{}: is neither a PNG nor a JPEG file", path);
  require(!jpeg || !jpeg_is_cut(bytes), "{}: the JPEG file is cut short", path);
  if (!jpeg) check_png(path, bytes);
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int size = static_cast<int>(bytes.size());

  int width = 0, height = 0, channels = 0;
  require(stbi_info_from_memory(data, size, &width, &height, &channels) != 0,
          "{}: {}", path, stbi_failure_reason());
  check_extents(path, static_cast<std::size_t>(width),
                static_cast<std::size_t>(height));
  if (jpeg) {
    constexpr std::uint64_t kPixelsOfABlock = 64;
    check_density(
        path, bytes.size(),
        static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height),
        8 * kPixelsOfABlock);
  }
  asked_too_much = false;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(data, size, &width, &height, &channels, kChannels),
      stbi_image_free);
  require(!asked_too_much, "{}: unpacks to more than the {} bytes allowed",
          path, kMostBlockBytes);
  require(pixels != nullptr, "{}: {}", path, stbi_failure_reason());

  Picture picture;
  picture.height = static_cast<std::size_t>(height);
  picture.width = static_cast<std::size_t>(width);
  picture.rgb.assign(pixels.get(),
                     pixels.get() + picture.height * picture.width * kChannels);
  return picture;
}

void write_png(const std::string& path, const Picture& picture) {
  require(picture.height > 0 && picture.width > 0,
          "cannot write {}: the picture has no pixels", path);
  const int width = static_cast<int>(picture.width);
  int size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> png(
      stbi_write_png_to_mem(picture.rgb.data(), width * kChannels, width,
                            static_cast<int>(picture.height), kChannels, &size),
      [](void* memory) { std::free(memory); });
  require(png != nullptr, "cannot write {}: out of memory", path);
  replace_file(path, std::string_view(reinterpret_cast<const char*>(png.get()),
                                      static_cast<std::size_t>(size)));
}

}  // namespace suite
