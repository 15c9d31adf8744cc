// Files that Debian packages install.
#pragma once

#include <cstdint>
#include <string>

namespace suite {

// Where `path` ("usr/share/…") is below a folder that stands for "/". Throws
// Error, saying how to install the package, if nothing is there.
std::string path_of_package(const std::string& root, const std::string& path,
                            const std::string& package);

// What is packed there; of at most `most` bytes. Throws Error as read_gzip().
std::string unpack(const std::string& file, std::uint64_t most);

}  // namespace suite
