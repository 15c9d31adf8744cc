#include "training/tasks/package_file.h"

#include <filesystem>

#include "support/check.h"
#include "support/formats/gzip.h"

namespace suite {

std::string path_of_package(const std::string& root, const std::string& path,
                            const std::string& package) {
  const std::filesystem::path file = std::filesystem::path(root) / path;
  std::error_code unreadable;
  require(std::filesystem::exists(file, unreadable),
          "{} is missing; install it: apt-get install {}", file.string(),
          package);
  return file.string();
}

std::string unpack(const std::string& file, std::uint64_t most) {
  return read_gzip(*open_bytes(file), most);
}

}  // namespace suite
