#include "training/tasks/texts/roff_line.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace suite {
namespace {

// groff_char(7), as far as pages of the five languages use them.
constexpr std::pair<std::string_view, std::string_view> kCharacters[] = {
    {"aq", "'"}, {"oq", "‘"}, {"cq", "’"}, {"dq", "\""}, {"lq", "“"},
    {"rq", "”"}, {"Bq", "„"}, {"bq", "‚"}, {"Fo", "«"},  {"Fc", "»"},
    {"em", "—"}, {"en", "–"}, {"hy", "-"}, {"mi", "-"},  {"ti", "~"},
    {"ha", "^"}, {"co", "©"}, {"ss", "ß"}, {"ga", "`"},  {"rs", "\\"}};

class Line {
 public:
  explicit Line(std::string_view rest) : rest_(rest) {}

  std::string text() {
    while (!rest_.empty()) {
      const char c = take();
      if (c != '\\') {
        text_ += c;
      } else if (!rest_.empty()) {
        escape(take());
      }
    }
    return std::move(text_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view take_until(char end) {
    const std::string_view taken = take(rest_.find(end));
    take(1);
    return taken;
  }

  // x, (xx or [any].
  std::string_view take_name() {
    if (rest_.starts_with('(')) return take(3).substr(1);
    if (!rest_.starts_with('[')) return take(1);
    take(1);
    return take_until(']');
  }

  void escape(char c) {
    if (c == '(' || c == '[') return character(c);
    if (c == '"') return rest_.remove_prefix(rest_.size());  // a comment
    if (std::string_view("f*nFmMkgV").find(c) != std::string_view::npos) {
      take_name();
    } else if (std::string_view("hvwolLDbxXZ").find(c) !=
               std::string_view::npos) {
      const std::string_view open = take(1);
      if (!open.empty()) take_until(open[0]);
    } else if (c == 's') {
      if (rest_.starts_with('-') || rest_.starts_with('+')) take(1);
      take_name();
    } else if (std::string_view("~ 0t").find(c) != std::string_view::npos) {
      text_ += ' ';
    } else if (c == 'e' || c == '\\') {
      text_ += '\\';
    } else if (std::string_view("&/,^|%c:{}!dur").find(c) ==
               std::string_view::npos) {
      text_ += c;  // of "\-", "\.", "\'"
    }
  }

  void character(char open) {
    const std::string_view name = open == '(' ? take(2) : take_until(']');
    const auto known =
        std::find_if(std::begin(kCharacters), std::end(kCharacters),
                     [&](const auto& each) { return each.first == name; });
    if (known != std::end(kCharacters)) text_ += known->second;
  }

  std::string_view rest_;
  std::string text_;
};

}  // namespace

std::string plain(std::string_view line) { return Line(line).text(); }

std::vector<std::string> arguments_of(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false, quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && (quoted || !inside)) {
      if (!inside) words.emplace_back();
      inside = quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      inside = false;
    } else {
      if (!inside) words.emplace_back();
      inside = true;
      words.back() += c;
      // An escaped space or quote is of the word.
      if (c == '\\' && i + 1 < line.size()) words.back() += line[++i];
    }
  }
  for (std::string& word : words) word = plain(word);
  return words;
}

}  // namespace suite
