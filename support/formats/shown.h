// Text from a file that nobody vouches for, made fit for one line of an error.
#pragma once

#include <string>
#include <string_view>

namespace suite {

// In quotes; what is not printable ASCII as \xNN, at most 64 bytes of it.
std::string shown(std::string_view text);

}  // namespace suite
