// Packages of manual pages for tests, with words that are known.
#pragma once

#include <string>

#include "support/formats/testing.h"

namespace suite {

// Five packages below a folder, with pages of paragraphs whose words are
// "<language><number>", each once. Words that have "again" in them are on every
// page, "common" in every language, "mixed" in paragraphs with English words;
// paragraphs whose last word has "tail" in it begin alike.
class TextPackages {
 public:
  static constexpr std::size_t kPages = 3, kParagraphs = 60;  // of a page

  TextPackages();

  std::string root() const { return folder_.path(); }
  const TestFolder& folder() const { return folder_; }
  std::string page(const std::string& package, std::size_t number) const;
  std::string list(const std::string& package) const;

 private:
  TestFolder folder_;
};

}  // namespace suite
