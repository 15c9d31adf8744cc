// What queries look for where the error of an attention is measured.
#pragma once

#include <array>
#include <string_view>

namespace suite {

enum class Pattern {
  random,   // nothing: all are drawn
  uniform,  // nothing, and so little that all keys weigh the same
  peaked,   // the key of their own row
  copy,     // the key half of all rows further on
};

inline constexpr std::array<std::string_view, 4> kPatternNames = {
    "random", "uniform", "peaked", "copy"};

inline std::string_view name_of(Pattern pattern) {
  return kPatternNames[static_cast<std::size_t>(pattern)];
}

}  // namespace suite
