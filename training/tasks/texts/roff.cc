#include "training/tasks/texts/roff.h"

#include <algorithm>
#include <utility>

#include "training/tasks/texts/roff_line.h"

namespace suite {
namespace {

constexpr std::size_t kShortest = 80;  // bytes of a paragraph

bool any_of(std::string_view name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Letters, of which those beyond ASCII are bytes from 128 on, and blanks are
// four fifths of it.
bool is_prose(std::string_view text) {
  const auto letters = std::count_if(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' ||
           static_cast<unsigned char>(c) >= 128;
  });
  return text.size() >= kShortest &&
         5 * static_cast<std::size_t>(letters) >= 4 * text.size();
}

class Page {
 public:
  std::vector<std::string> read(std::string_view page) {
    while (!page.empty()) {
      const std::size_t end = page.find('\n');
      line(page.substr(0, end));
      if (is_mdoc_) return {};
      page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    }
    end_paragraph();
    return std::move(paragraphs_);
  }

 private:
  void line(std::string_view line) {
    if (line.starts_with("..")) return macro("..", "");
    if (line.starts_with('.') || line.starts_with('\'')) {
      line.remove_prefix(std::min(line.find_first_not_of(".' "), line.size()));
      const std::string_view name = line.substr(0, line.find(' '));
      return macro(name, line.substr(name.size()));
    }
    if (!until_.empty()) return;
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
      return end_paragraph();
    }
    add(plain(line));
  }

  void macro(std::string_view name, std::string_view rest) {
    if (!until_.empty()) {
      if (name == until_) until_.clear();
      return;
    }
    static constexpr std::pair<std::string_view, std::string_view> kLeftOut[] =
        {{"nf", "fi"}, {"EX", "EE"}, {"TS", "TE"}, {"de", ".."}, {"ig", ".."}};
    for (const auto& [begin, end] : kLeftOut) {
      if (name != begin) continue;
      end_paragraph();
      until_ = end;
    }
    is_mdoc_ = is_mdoc_ || name == "Dd";
    const bool is_tagged = any_of(name, {"TP", "TQ"});
    if (is_tagged || any_of(name, {"PP", "P", "LP", "IP", "HP", "SH", "SS",
                                   "RS", "RE", "sp", "Sp"})) {
      end_paragraph();
      is_tag_ = is_tagged;
    }
    const bool apart = any_of(name, {"B", "I", "SM", "SB"});
    if (apart || any_of(name, {"BR", "BI", "IR", "IB", "RB", "RI"})) {
      std::string text;
      for (const std::string& word : arguments_of(rest)) {
        if (apart && !text.empty()) text += ' ';
        text += word;
      }
      add(text);
    }
  }

  void add(std::string_view text) {
    for (const char c : text) {
      if (c != ' ' && c != '\t') {
        paragraph_ += c;
      } else if (!paragraph_.empty() && paragraph_.back() != ' ') {
        paragraph_ += ' ';
      }
    }
    paragraph_ += paragraph_.ends_with(' ') ? "" : " ";
    // What a list explains is a line of its own.
    if (std::exchange(is_tag_, false)) end_paragraph();
  }

  void end_paragraph() {
    if (paragraph_.ends_with(' ')) paragraph_.pop_back();
    if (is_prose(paragraph_)) paragraphs_.push_back(paragraph_);
    paragraph_.clear();
  }

  std::string until_;  // the macro that ends what is left out
  bool is_tag_ = false, is_mdoc_ = false;
  std::string paragraph_;
  std::vector<std::string> paragraphs_;
};

}  // namespace

std::vector<std::string> paragraphs_of(std::string_view page) {
  return Page().read(page);
}

}  // namespace suite
