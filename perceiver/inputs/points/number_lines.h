// Text files of numbers, read strictly, a line at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

class NumberLines {
 public:
  // Reads the file. Throws Error, naming it.
  explicit NumberLines(const std::string& path);

  // Goes to the next line that is neither blank nor, after white space, a
  // comment that begins with #; false at the end of the file.
  bool next();

  std::string_view line() const { return line_; }
  // Reads on within the line, `count` characters later.
  void skip(std::size_t count) { line_.remove_prefix(count); }

  // The line's numbers, finite as floats, with white space between them. Throws
  // Error for anything else.
  std::vector<double> numbers() const;

  // "file:line", for errors.
  std::string place() const;

 private:
  std::string path_;
  std::string text_;
  std::string_view rest_;
  std::string_view line_;
  std::size_t number_ = 0;
};

}  // namespace suite
