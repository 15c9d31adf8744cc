// The regular expression of a --filter.
#pragma once

#include <memory>
#include <string>

namespace suite {

// Searches in a time that grows with text and expression, whatever they are.
class Filter {
 public:
  // Throws Error for what is no regular expression, and for one that is longer
  // than kMost or refers back to what it found.
  explicit Filter(const std::string& expression);

  static constexpr std::size_t kMost = 1000;

  bool operator()(const std::string& text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace suite
