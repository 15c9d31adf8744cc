#include "support/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace suite {
namespace {

constexpr int kMostLinks = 40;  // as the kernel follows

// False, with errno, if not all could be written.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Where links lead, be there a file or not.
std::string end_of_links(const std::string& path) {
  std::filesystem::path end = path;
  std::error_code error;
  for (int i = 0; i < kMostLinks && is_symlink(end, error); ++i) {
    end = end.parent_path() / read_symlink(end, error);
  }
  return end.string();
}

// Another process's name differs by its number, another file's by the count.
std::string unused_beside(const std::string& path) {
  static std::atomic<int> count{0};
  std::string name;
  do {
    name = fmt::format("{}.{}-{}.new", path, getpid(), count++);
  } while (access(name.c_str(), F_OK) == 0);
  return name;
}

}  // namespace

// By the kernel's own calls: a stream takes an error in the middle for the end.
std::string read_file(const std::string& path) {
  constexpr std::size_t kChunk = 1 << 16;
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string content;
  ssize_t got = descriptor < 0 ? -1 : 1;
  while (got > 0) {
    const std::size_t size = content.size();
    content.resize(size + kChunk);
    do {
      got = read(descriptor, content.data() + size, kChunk);
    } while (got < 0 && errno == EINTR);
    content.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
  }
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) close(descriptor);
  if (got < 0) throw FileError(fmt::format("cannot read {}: {}", path, reason));
  return content;
}

void replace_file(const std::string& path, std::string_view content) {
  replace_file(path, {content});
}

void replace_file(const std::string& path,
                  std::initializer_list<std::string_view> parts) {
  struct stat old;
  const bool exists = stat(path.c_str(), &old) == 0;
  const bool in_place =
      exists && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode);
  const std::string target = in_place ? path : end_of_links(path);
  const std::string written = in_place ? path : unused_beside(target);
  const int descriptor =
      in_place ? open(path.c_str(), O_WRONLY | O_CLOEXEC)
               : open(written.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                      0666);
  std::string reason;  // of the first step that failed
  const auto done = [&](bool step) {
    if (!step && reason.empty()) reason = std::strerror(errno);
    return reason.empty();
  };
  if (done(descriptor >= 0) && !in_place && exists) {
    done(fchmod(descriptor, old.st_mode & 07777) == 0);
  }
  for (const std::string_view part : parts) {
    if (reason.empty()) done(write_all(descriptor, part));
  }
  // A file system behind a network may say only here that there was no room.
  if (descriptor >= 0) done(close(descriptor) == 0);
  if (reason.empty() && !in_place) {
    done(std::rename(written.c_str(), target.c_str()) == 0);
  }
  if (reason.empty()) return;
  if (descriptor >= 0 && !in_place) std::remove(written.c_str());
  throw FileError(fmt::format("cannot write {}: {}", path, reason));
}

void remove_unfinished(const std::string& folder, Within within) {
  // As unused_beside() names them.
  const auto unfinished = [](std::string_view name) {
    constexpr std::string_view kEnding = ".new", kDigits = "0123456789";
    if (!name.ends_with(kEnding)) return false;
    name.remove_suffix(kEnding.size());
    for (const char before : {'-', '.'}) {
      const std::size_t last = name.find_last_not_of(kDigits);
      if (last == name.npos || last + 1 == name.size() || name[last] != before)
        return false;
      name = name.substr(0, last);
    }
    return !name.empty();
  };
  std::error_code error;  // what can't be looked at stays
  std::filesystem::recursive_directory_iterator entry(folder, error), end;
  for (; !error && entry != end; entry.increment(error)) {
    if (within == Within::folder) entry.disable_recursion_pending();
    std::error_code kept;
    if (unfinished(entry->path().filename().string()) &&
        entry->is_regular_file(kept)) {
      std::filesystem::remove(entry->path(), kept);
    }
  }
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && access(path.c_str(), W_OK) == 0) return;
  throw FileError(fmt::format("cannot write into folder {}: {}", path,
                              error ? error.message() : std::strerror(errno)));
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
  if (descriptor_ >= 0) return;
  throw FileError(
      fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

AppendFile::~AppendFile() { close(descriptor_); }

void AppendFile::append(std::string_view text) {
  struct stat before;
  const bool known = fstat(descriptor_, &before) == 0;
  if (known && write_all(descriptor_, text)) return;
  const std::string reason = std::strerror(errno);
  const int taken_back = known ? ftruncate(descriptor_, before.st_size) : 0;
  throw FileError(fmt::format(
      "cannot write {}: {}; all that was written before is {}", path_, reason,
      taken_back == 0 ? "kept" : "kept, but its last line is cut"));
}

}  // namespace suite
