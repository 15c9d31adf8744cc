#include "support/nearest.h"

#include <algorithm>
#include <cctype>

namespace suite {
namespace {

std::string lower(std::string_view word) {
  std::string text(word);
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Rows of the table: of one letter less, and of two.
  std::vector<std::size_t> row(b.size() + 1), above(b.size() + 1), second;
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    second = above;
    above = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] != b[j - 1] ? 1 : 0;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], second[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string did_you_mean(std::string_view word,
                         const std::vector<std::string>& known) {
  std::size_t least = word.size() / 3 + 1;
  const std::string* nearest = nullptr;
  for (const std::string& each : known) {
    const std::size_t distance = edit_distance(lower(word), lower(each));
    if (distance < least) {
      least = distance;
      nearest = &each;
    }
  }
  return nearest == nullptr ? "" : "; did you mean " + *nearest + "?";
}

}  // namespace suite
