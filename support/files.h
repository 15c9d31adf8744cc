// Files: read whole, replaced whole, or appended to so that what was written
// before survives whatever comes.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "support/check.h"

namespace suite {

// What could not be read or written: a fault of no cell and no learner, so that
// no row may say it was theirs. what() names the path and the system's reason.
class FileError : public Error {
 public:
  using Error::Error;
};

// Throws FileError.
std::string read_file(const std::string& path);

// Readers see the old content or the new, never a part; the file's mode stays,
// and of a link what it links to is replaced. Devices and pipes are written to.
// Throws FileError, and then leaves nothing beside it.
void replace_file(const std::string& path, std::string_view content);
// The parts, one after another.
void replace_file(const std::string& path,
                  std::initializer_list<std::string_view> parts);

// Removes what killed processes left of files that they were replacing, from a
// folder that nobody writes into, or also from all within it.
enum class Within { folder, all_below };
void remove_unfinished(const std::string& folder, Within within);

// And its parents. Throws FileError.
void make_folder(const std::string& path);

// A path that the user typed, from the folder that the user stands in: under
// `bazel run`, a program starts elsewhere.
std::string user_path(const std::string& path);

// Appends whole records: each reaches the kernel before append() returns, so a
// killed process loses none.
class AppendFile {
 public:
  explicit AppendFile(const std::string& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // Throws FileError if not all of it could be written; takes back the part.
  void append(std::string_view text);

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace suite
