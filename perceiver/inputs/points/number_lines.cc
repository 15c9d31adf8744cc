#include "perceiver/inputs/points/number_lines.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "perceiver/inputs/file.h"
#include "perceiver/inputs/printable.h"
#include "primitives/check.h"

namespace suite {
namespace {

constexpr std::size_t kMostNumberBytes = std::size_t{256} << 20;
constexpr std::size_t kMostShown = 40;  // characters of a wrong word
constexpr std::string_view kSpace = " \t\r";

std::string_view without_space(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

}  // namespace

NumberLines::NumberLines(const std::string& path)
    : path_(path), text_(file_bytes(path, kMostNumberBytes)), rest_(text_) {}

bool NumberLines::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = without_space(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    if (!line_.empty() && line_[0] != '#') return true;
  }
  return false;
}

std::vector<double> NumberLines::numbers() const {
  std::vector<double> numbers;
  std::string_view rest = without_space(line_);
  while (!rest.empty()) {
    const std::string_view word =
        rest.substr(0, std::min(rest.find_first_of(kSpace), rest.size()));
    double value = 0;
    const auto [end, error] =
        std::from_chars(word.data(), word.data() + word.size(), value);
    require(error == std::errc() && end == word.data() + word.size() &&
                std::isfinite(static_cast<float>(value)),
            "{}: \"{}\" is no finite float", place(),
            printable(word.substr(0, kMostShown)));
    numbers.push_back(value);
    rest = without_space(rest.substr(word.size()));
  }
  return numbers;
}

std::string NumberLines::place() const {
  return fmt::format("{}:{}", path_, number_);
}

}  // namespace suite
