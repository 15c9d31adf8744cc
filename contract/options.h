// A contestant is named by one string everywhere: "perceiver",
// "perceiver(sharing=all, widening=4)". Its options are declared once, each
// with its default and the values it takes.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

enum class OptionKind {
  choice,  // one of `allowed`
  number,  // a whole number ≥ 0
  text,    // checked by the contestant itself; `allowed` are examples
};

struct OptionSpec {
  std::string name;
  std::string standard;  // the value when it is not given
  std::string question;  // what it decides, as a question
  OptionKind kind = OptionKind::number;
  std::vector<std::string> allowed = {};
  std::string old_name = {};  // still understood, with a notice; none: empty
};

OptionSpec choice(std::string name, std::vector<std::string> allowed,
                  std::string question);  // the first is the default
OptionSpec number(std::string name, std::size_t standard,
                  std::string question);

// `form`: in which of its two forms is exact attention computed?
OptionSpec attention_form_option();

// Text with the names of contestants, as rows and ids have them, with today's
// word for `form`: "perceiver(attention=materialised)/N=4" was written before.
// Needs no contestant to be registered.
std::string in_todays_words(std::string text);

using OptionValues = std::map<std::string, std::string>;

// Settings that differ in one option.
std::vector<OptionValues> along(const std::string& option,
                                const std::vector<std::size_t>& values);

// "name(key=value, …)", taken apart but not yet checked against a contestant.
struct ContestantName {
  std::string name;
  OptionValues options;

  std::string text() const;
};

// Throws Error for text that is not of that form; `what` says what it names.
ContestantName parse_contestant_name(std::string_view text,
                                     std::string_view what = "contestant");

// Every option of a contestant with its value.
class Options {
 public:
  Options() = default;
  // Defaults, overridden by `given`. Throws Error for an unknown option or a
  // value that is not allowed, naming what is.
  Options(const std::string& contestant, const std::vector<OptionSpec>& specs,
          const OptionValues& given);

  const std::string& text(const std::string& option) const;
  std::size_t number(const std::string& option) const;
  bool flag(const std::string& option) const;  // "true" or "false"
  // As text(), or `otherwise` where the contestant has no such option.
  std::string text_or(const std::string& option,
                      const std::string& otherwise) const;

  // The options that differ from their defaults, as "(a=1, b=2)" in the order
  // of their declaration; empty if none does.
  std::string suffix() const { return suffix_; }

 private:
  OptionValues values_;
  std::string suffix_;
};

}  // namespace suite
