#include "pretrained/inputs/printable.h"

#include <fmt/format.h>

namespace suite {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// What a lead byte allows (Unicode 15, table 3-7): how many bytes follow, and
// the bounds of the first of them. Later ones are 80 to BF.
struct Lead {
  std::size_t follow = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

// `follow` is 0 for ASCII and for what leads nothing.
Lead lead(unsigned char byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return {1};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {2};
  if (byte == 0xf0) return {3, 0x90, 0xbf};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  if (byte >= 0xf1 && byte <= 0xf3) return {3};
  return {};
}

// How many bytes after the first belong to the character that `text` begins.
std::size_t following(std::string_view text, const Lead& lead) {
  std::size_t n = 0;
  while (n < lead.follow && n + 1 < text.size()) {
    const auto byte = static_cast<unsigned char>(text[n + 1]);
    const bool fits = n == 0 ? byte >= lead.low && byte <= lead.high
                             : byte >= 0x80 && byte <= 0xbf;
    if (!fits) break;
    ++n;
  }
  return n;
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) {
    return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f;
  }
  // U+0080 to U+009F, which some terminals obey too.
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const Lead led = lead(first);
    const std::size_t follow = following(bytes, led);
    const std::string_view character = bytes.substr(0, 1 + follow);
    if (follow < led.follow || (led.follow == 0 && first >= 0x80)) {
      text += kReplacement;
    } else if (is_control(character)) {
      text += fmt::format("\\x{:02x}",
                          static_cast<unsigned char>(character.back()));
    } else {
      text += character;
    }
    bytes.remove_prefix(character.size());
  }
  return text;
}

}  // namespace suite
