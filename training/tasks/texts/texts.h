// Texts of several languages, of manual pages in Debian's packages.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "training/tasks/task.h"

namespace suite {

// What the packages are called, in the order of the languages.
std::vector<std::string> text_packages();

class Texts {
 public:
  // Reads the pages that dpkg lists for each package. A paragraph's split is
  // drawn by its first bytes alone, so that what is repeated is in one split;
  // it is taken once, and not at all if it stands in two languages, or in
  // English where it should be translated. Throws Error for files that are
  // missing or damaged, and for a language that has less than `bytes` of text
  // in a split. Cost: about 1 s.
  Texts(const std::string& root, std::size_t bytes);

  static std::vector<std::string> languages();

  // Windows of `bytes` bytes that do not overlap, as many of each language.
  std::uint64_t windows(Split split) const;
  // Languages take turns: window i is of language i % languages().size().
  std::string_view window(Split split, std::uint64_t number) const;

 private:
  std::size_t bytes_;
  // Each language's paragraphs, one a line.
  std::array<std::vector<std::string>, 3> of_split_;
  std::array<std::uint64_t, 3> rounds_;  // windows of each language
};

}  // namespace suite
