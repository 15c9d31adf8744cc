#include "support/filter.h"

#include <regex>

#include "support/check.h"

namespace suite {

struct Filter::Compiled {
  std::regex expression;
};

// libstdc++ recurses into groups, so that a long expression overflows the
// stack; and backtracks for ever on some, unless it is told not to.
Filter::Filter(const std::string& expression) {
  require(expression.size() <= kMost, "--filter: {} characters, allowed are {}",
          expression.size(), kMost);
  try {
    compiled_ = std::make_shared<Compiled>(std::regex(
        expression,
        std::regex_constants::ECMAScript | std::regex_constants::__polynomial));
  } catch (const std::regex_error&) {
    throw Error(
        fmt::format("--filter {}: not a regular expression", expression));
  }
}

bool Filter::operator()(const std::string& text) const {
  return std::regex_search(text, compiled_->expression);
}

}  // namespace suite
