#include "support/formats/testing.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/check.h"

namespace suite {

TestFolder::TestFolder() {
  folder_ = testing::TempDir() + "/folder.XXXXXX";
  require(mkdtemp(folder_.data()) != nullptr, "cannot make {}", folder_);
}

TestFolder::~TestFolder() { std::filesystem::remove_all(folder_); }

std::string TestFolder::path(const std::string& name) const {
  return name.empty() ? folder_ : folder_ + "/" + name;
}

std::string TestFolder::write(const std::string& name,
                              std::string_view content) const {
  std::ofstream out(path(name), std::ios::binary);
  out << content;
  out.close();
  require(out.good(), "cannot write {}", path(name));
  return path(name);
}

void expect_refused(const std::function<void()>& read,
                    std::initializer_list<std::string> parts) {
  try {
    read();
  } catch (const Error& error) {
    const std::string line = error.what();
    EXPECT_LT(line.size(), 1000u);
    EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
      return c >= ' ' && c <= '~';
    })) << line;
    for (const std::string& part : parts) {
      EXPECT_NE(line.find(part), std::string::npos)
          << "says: " << line << "\nmust say: " << part;
    }
    return;
  }
  ADD_FAILURE() << "not refused; must be with " << *parts.begin();
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

}  // namespace suite
