// Durations, sizes and counts as users type them.
#pragma once

#include <cstdint>
#include <string>

namespace suite {

// All throw Error for any other text, naming `option`, the text and what is
// allowed.

// "300", "300s", "5m", "1.5h": seconds, up to a year.
double seconds_from(const std::string& option, const std::string& text);
// "4096", "512MiB", "1.5GB": bytes, from 1.
std::uint64_t bytes_from(const std::string& option, const std::string& text);
// "7": a whole number from `least` to `most`.
std::uint64_t whole_from(const std::string& option, const std::string& text,
                         std::uint64_t least, std::uint64_t most);

}  // namespace suite
