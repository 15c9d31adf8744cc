#include "support/formats/packed_file.h"

#include <filesystem>

#include "support/check.h"
#include "support/files.h"
#include "support/formats/gzip.h"

namespace suite {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 30;

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

std::string plain_or_packed(const std::string& path) {
  const std::string packed = path + ".gz";
  if (!is_there(packed)) return path;
  require(!is_there(path), "{} and {} are both there: remove one", path,
          packed);
  return packed;
}

std::string read_plain_or_packed(const std::string& path) {
  const std::string found = plain_or_packed(path);
  if (found == path) return read_file(path);
  return read_gzip(*open_bytes(found), kMostBytes);
}

}  // namespace suite
