#include "support/formats/shown.h"

#include <fmt/format.h>

namespace suite {

std::string shown(std::string_view text) {
  constexpr std::size_t kMostBytes = 64;
  std::string line = "\"";
  for (const char c : text.substr(0, kMostBytes)) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c >= ' ' && c <= '~') {
      line += c;
    } else {
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return line + (text.size() > kMostBytes ? "\"..." : "\"");
}

}  // namespace suite
