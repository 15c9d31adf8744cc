#pragma once

#include <string>
#include <string_view>

namespace suite {

// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

// Of a file's content. Throws Error if it cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace suite
