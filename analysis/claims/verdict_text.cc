#include "analysis/claims/verdict_text.h"

#include <fmt/format.h>

#include "support/terminal.h"

namespace suite {
namespace {

constexpr char kIndent[] = "                ";

std::string shown(Answer answer) {
  const std::string text = fmt::format("{:<13}", name_of(answer));
  if (answer == Answer::supported) return coloured(text, Colour::green);
  return coloured(text,
                  answer == Answer::refuted ? Colour::red : Colour::yellow);
}

}  // namespace

std::string text_of(const VerdictText& verdict) {
  const bool refuted = verdict.answer == Answer::refuted;
  const char* mark =
      verdict.surprises ? "  !" : (refuted ? "  as expected" : "");
  std::string text = fmt::format("  {} {}{}\n{}{}  [{}]\n",
                                 shown(verdict.answer), verdict.claim, mark,
                                 kIndent, verdict.statement, verdict.source);
  for (const std::string& reason : verdict.reasons) {
    text += kIndent + reason + "\n";
  }
  if (refuted && !verdict.note.empty()) text += kIndent + verdict.note + "\n";
  return text;
}

}  // namespace suite
