// What the tests of the inputs share: files, and the line an error says.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "pretrained/inputs/file.h"
#include "support/check.h"
#include "support/files.h"

namespace suite {

// A file of the test's own; its path.
inline std::string written(const std::string& name, std::string_view bytes) {
  const std::string path = testing::TempDir() + name;
  replace_file(path, bytes);
  return path;
}

// An empty folder of the test's own; its path, without a slash at its end.
inline std::string empty_folder(const std::string& name) {
  const std::string path = testing::TempDir() + name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

// What `act` throws as Error: one line, or "" if it throws none.
template <class Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    const std::string line = error.what();
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    return line;
  }
  return "";
}

}  // namespace suite
