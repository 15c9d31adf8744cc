// Files that the user brings: read whole, within a limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace suite {

// All bytes of a file. Throws Error, naming the path, if it cannot be read, is
// empty, or has more than `most_bytes`, which is looked at before reading.
std::string file_bytes(const std::string& path, std::size_t most_bytes);

// The name's ending in lower case, with its dot: ".png"; "" without one.
std::string ending_of(const std::string& path);

}  // namespace suite
