// Bytes from anywhere, fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace suite {

// UTF-8 fit for a terminal: what is not UTF-8 becomes U+FFFD, one for each
// longest piece of a character, as Python's decode(errors="replace") has it;
// control characters but line ends and tabs are written as \x1b.
std::string printable(std::string_view bytes);

}  // namespace suite
