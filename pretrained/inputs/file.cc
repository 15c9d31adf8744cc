#include "pretrained/inputs/file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "support/check.h"

namespace suite {

std::string file_bytes(const std::string& path, std::size_t most_bytes) {
  std::error_code error;
  require(!std::filesystem::is_directory(path, error),
          "cannot read {}: it is a folder", path);
  const auto size = std::filesystem::file_size(path, error);
  require(!error, "cannot read {}: {}", path, error.message());
  require(size > 0, "{}: is empty", path);
  require(size <= most_bytes, "{}: has {} bytes, allowed are {}", path, size,
          most_bytes);
  std::string bytes(size, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  require(in.good(), "cannot read {}: {}", path, std::strerror(errno));
  return bytes;
}

std::string ending_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return ending;
}

}  // namespace suite
