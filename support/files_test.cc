#include "support/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/check.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

fs::path empty_folder(const char* name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::string refusal(const std::string& path) {
  try {
    replace_file(path, "new");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ReplaceFile, KeepsTheOldContentUntilTheNewIsWhole) {
  const std::string path = empty_folder("replaced") / "kept";
  replace_file(path, "old");
  // What would be written beside cannot be: a folder stands there.
  fs::create_directory(path + ".new");
  EXPECT_EQ(refusal(path), "cannot write " + path + ": Is a directory");
  EXPECT_EQ(read_file(path), "old");
  fs::remove(path + ".new");
  replace_file(path, {"ne", "w"});
  EXPECT_EQ(read_file(path), "new");
  EXPECT_FALSE(fs::exists(path + ".new"));
}

TEST(ReplaceFile, LeavesNothingBesideWhatItCannotReplace) {
  const std::string path = empty_folder("folder");
  EXPECT_EQ(refusal(path).rfind("cannot write " + path, 0), 0u);
  EXPECT_FALSE(fs::exists(path + ".new"));
}

}  // namespace
}  // namespace suite
