#include "support/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/check.h"

namespace suite {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  require(in.good() && !std::filesystem::is_directory(path),
          "cannot read {}: {}", path, std::strerror(errno));
  return content.str();
}

void replace_file(const std::string& path, std::string_view content) {
  replace_file(path, {content});
}

void replace_file(const std::string& path,
                  std::initializer_list<std::string_view> parts) {
  const std::string beside = path + ".new";
  std::ofstream out(beside, std::ios::binary);
  const bool opened = out.is_open();
  for (const std::string_view part : parts) out << part;
  out.close();
  if (out.good() && std::rename(beside.c_str(), path.c_str()) == 0) return;
  const std::string reason = std::strerror(errno);
  if (opened) std::remove(beside.c_str());
  throw Error(fmt::format("cannot write {}: {}", path, reason));
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  require(!error && access(path.c_str(), W_OK) == 0,
          "cannot write into folder {}: {}", path,
          error ? error.message() : std::strerror(errno));
}

std::string user_path(const std::string& path) {
  const char* stands_in = std::getenv("BUILD_WORKING_DIRECTORY");
  if (stands_in == nullptr) return path;
  return (std::filesystem::path(stands_in) / path).lexically_normal().string();
}

AppendFile::AppendFile(const std::string& path)
    : path_(path),
      descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                       0644)) {
  require(descriptor_ >= 0, "cannot write {}: {}", path, std::strerror(errno));
}

AppendFile::~AppendFile() { close(descriptor_); }

void AppendFile::append(std::string_view text) {
  struct stat before;
  require(fstat(descriptor_, &before) == 0, "cannot write {}: {}", path_,
          std::strerror(errno));
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const std::string reason = std::strerror(errno);
      const int taken_back = ftruncate(descriptor_, before.st_size);
      throw Error(fmt::format("cannot write {}: {}; all that was written "
                              "before is {}",
                              path_, reason,
                              taken_back == 0 ? "kept" : "kept, but its last "
                                                         "line is cut"));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace suite
