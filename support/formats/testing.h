// What the tests of readers share: a folder to write into, and how a reader
// says no.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace suite {

// A folder of its own, gone with it.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string path(const std::string& name = "") const;
  // Returns its path.
  std::string write(const std::string& name, std::string_view content) const;

 private:
  std::string folder_;
};

// Expects an Error of one line of printable ASCII, of a sane length, that has
// each of `parts` in it.
void expect_refused(const std::function<void()>& read,
                    std::initializer_list<std::string> parts);

std::string content_of(const std::string& path);

}  // namespace suite
