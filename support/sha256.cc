#include "support/sha256.h"

#include <fmt/ranges.h>
#include <openssl/sha.h>

#include <array>

#include "support/files.h"

namespace suite {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256_of_file(const std::string& path) {
  return sha256(read_file(path));
}

}  // namespace suite
